"""The patterns of running text: numbers, times, addresses, runs of letters, emoji clusters.

One table declares them; :mod:`cnlp.text.tables` compiles it to one automaton (:mod:`cnlp.text.dfa`). They
read text folded in width and case, so １９９８年 is 1998年 and ＷＷＷ is www, save for the sets in
``EXACT``.

* An *atomic* pattern is a token: nothing cuts inside it, and no lexicon word begins or ends inside it.
* A *soft* pattern proposes an edge, which then competes with the words of the lexicon.

Tags are those of the PKU set (Yu Shiwen et al. 2002): m number, t time, nx foreign string, nr person, w
punctuation, x anything else. What is joined follows the People's Daily of January 1998 (PFR) by count:
年 behind four digits joins (2746 of 2795), behind two it does not (4 of 287); 月, 日, 时 join; 分 (50 of
157), 秒, 号, 年代, 世纪, 多 and 余 stay words of their own. Single numerals are left to the lexicon.
"""

from __future__ import annotations

from cnlp.text import characters, dfa

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cnlp.text.dfa import Ranges


class Pattern:
    """One row of the table.

    Attributes:
        name: what it finds, in English.
        expression: in the syntax of :mod:`cnlp.text.dfa`.
        atomic: whether a match is a token, or only proposes one.
        tags: all that a word of this form can be in the PKU set, separated by blanks; empty: whatever its context
            makes of it. Parts of speech keep to it (:mod:`cnlp.pos.forms`).
        after_word: whether a match may follow a letter or digit (``C#`` opens no topic, ``5-3`` has no sign).
        takes_marks: whether combining marks behind a match belong to it.
        isolated: whether a match is a word of its own in every standard, never part of one as 1998 of 1998年.
    """

    __slots__ = ("after_word", "atomic", "expression", "isolated", "name", "tags", "takes_marks")

    def __init__(
        self,
        name: str,
        expression: str,
        atomic: bool,
        tags: str,
        *,
        after_word: bool = True,
        takes_marks: bool = True,
        isolated: bool = False,
    ) -> None:
        self.name = name
        self.expression = expression
        self.atomic = atomic
        self.tags = tuple(tags.split())
        self.after_word = after_word
        self.takes_marks = takes_marks
        self.isolated = isolated

    def __repr__(self) -> str:
        return f"Pattern({self.name!r}, atomic={self.atomic})"


# Characters that transcribe foreign names: the customary ones, and those that names with a middle dot use in
# PFR, less those that are far more often ordinary words beside such names. Measured on the names of February
# 1998, which did not shape it: 60 % found, 62 % of what is found right.
TRANSCRIPTION_CHARACTERS = (
    "丁丘东丝丰丹丽乃久乌乔买于亚亨什仓伊休伟伦伯佐佛佩佳依侯保修儒克兰兹冈冬冯凡凯列利加努劳勃勒匹博卜卡"
    "卢卫厄古史叶司吉吕哈哥哲唐喀嘉因图圣圭坎坦埃基堡塔塞士夏多夫夸奇奈契奥姆威娄娜孔孜孟季宁安宾密察尔尚"
    "尤尧尼山川巴布希帕平库庞康廉延廷弗彭彼德怀恩恰惠戈戴扎托扬拉拜拿捷措提摩撒敏敦斐斯施旭旺昂昆明易晋普"
    "曲曼朔朗木本朱杜杰松林查柯柴根格桑梅森欣欧歇武比毕汉汗汤沃沙沛治法波泰泽洛津派海涅温潘烈热爱牙特玛玻"
    "珀珊珍珠班理琳琼瑞瑟瓜瓦甘甫申登皮盖祖福科穆立米索约纳纽绍维罕罗美翰耳耶肉肖肯胡腊舍舒艾芝芬芭苏若范"
    "茅茨茹荣莉莎莫莱莲菲萨葛蒂蒙蓬蔡蕾藤西詹让诺谢豪贝贡费贾赖赛赞赫路辛达迈迦迪逊邓邦里金钦铁阿陆陶隆雅"
    "雷霍露韦顿香马鲁麦黎黑默黛鼎齐"
)

_CLASSES = {name: value for value, name in enumerate(characters.CLASS_NAMES)}


def _of_class(*names: str) -> Ranges:
    wanted = {_CLASSES[name] for name in names}
    return dfa.union((first, last) for first, last, value in characters.class_ranges() if value in wanted)


def _of(text: str) -> Ranges:
    return dfa.union((ord(char), ord(char)) for char in text)


def character_sets() -> dict[str, Ranges]:
    """The sets that expressions call ``{name}``, each as inclusive code point ranges.

    >>> character_sets()["skin"]
    ((127995, 127999),)
    """
    flags, skins, joiner = (0x1F1E6, 0x1F1FF), (0x1F3FB, 0x1F3FF), (0x200D, 0x200D)
    letters = (*_of_class("latin"), *_of_class("letter"))
    url = (*_of_class("digit"), *((ord(first), ord(first) + 25) for first in "aAａＡ"))
    return {
        "digit": _of_class("digit"),
        "letter": dfa.union(letters),
        "alnum": dfa.union((*letters, *_of_class("digit"))),
        "space": _of_class("space"),
        "break": _of("\n\v\f\r\x85\u2028\u2029"),
        "mark": _of_class("mark"),
        "keycap": _of("\u20e3"),
        "variation": _of("\ufe0f"),
        "joiner": (joiner,),
        "attached": dfa.union((*dfa.difference(_of_class("mark"), (joiner,)), skins)),
        "emoji": dfa.difference(_of_class("emoji"), (flags,)),
        "flag": (flags,),
        "skin": (skins,),
        "kana": _of_class("kana"),
        "hangul": _of_class("hangul"),
        "han": _of_class("han"),
        "name": dfa.union((*letters, *_of_class("digit", "han", "kana", "hangul"), *_of("_-"))),
        "han_digit": _of("零〇○一二三四五六七八九"),
        "unit": _of("十百千万亿兆萬億"),
        "numeral": _of("零〇○一二三四五六七八九十百千万亿兆萬億两兩几幾廿卅"),
        "financial": _of("零壹贰貳叁叄參肆伍陆陸柒捌玖拾佰仟万萬亿億"),
        "transcription": _of(TRANSCRIPTION_CHARACTERS),
        "comma": _of(","),
        "colon": _of(":"),
        "open": _of("("),
        "close": _of(")"),
        "url": dfa.union((*url, *_of("!$%&*+,-./:;=?@_~#．／"))),
        "url_end": dfa.union((*url, *_of("$%&*+-/=_~#／"))),
        "mail": dfa.union((*url, *_of("._%+-．＿－"))),
    }


# Sets that read the character as it stands: a full width comma or bracket behind an address ends it.
EXACT = ("comma", "colon", "open", "close", "url", "url_end", "mail")

_URL = r"({url}|{open}{url}*{close})*({url_end}|{open}{url}*{close})"
_INTEGER = r"({digit}+|{digit}{1,3}({comma}{digit}{3})+)"
_NUMBER = rf"{_INTEGER}([.·]{{digit}}+)?"
_CLOCK = r"{digit}{1,2}:{digit}{2}(:{digit}{2}(.{digit}+)?)?"
_LETTER = r"{letter}{mark}*"
_REPEATED = "…。，、！？；：—―－─━═～·.．,!?;:~-=*_#+/\\|^$%&'\"<>（）()•●◆■□△▲◇※×"


def _repeated() -> str:
    """``cc+`` for each sign, after folding, so that ！！ and !! are one alternative."""
    from cnlp.text.normalise import normalise

    signs = sorted(set(normalise(_REPEATED, script=False)))
    return "|".join(f"\\{sign}\\{sign}+" for sign in signs)


# Where two patterns match the same span, the earlier row names it; the atomic ones stand first.
PATTERNS = (
    Pattern("space", r"{space}+", True, "w", takes_marks=False, isolated=True),
    Pattern("number", rf"{_NUMBER}[%‰]?|{{digit}}+∶{{digit}}+|{{digit}}+/{{digit}}+", True, "m"),
    Pattern("date", rf"{{digit}}{{4}}([-/.]{{digit}}{{1,2}}){{2}}(t{_CLOCK}(z|[+-]{_CLOCK})?)?", True, "t"),
    Pattern("clock", _CLOCK, True, "t"),
    Pattern("latin", rf"({_LETTER})+([-'’&]({_LETTER})+)*|c\+\+{{digit}}*|[cf]#", True, "nx"),
    Pattern("url", rf"((https?|ftp)://|www.){_URL}", True, "nx", isolated=True),
    Pattern(
        "email", r"{alnum}({mail}*{alnum})?@{alnum}+(-+{alnum}+)*(.{alnum}+(-+{alnum}+)*)+", True, "nx", isolated=True
    ),
    Pattern("version", r"{digit}+(.{digit}+){2,}", True, "nx"),
    Pattern("code", r"{digit}+(-{digit}+)+", True, "m"),
    Pattern(
        "model",
        rf"{_LETTER}({_LETTER}|{{digit}}|[-_.'’&]({_LETTER}|{{digit}}))*"
        rf"|{{digit}}+([-_.]{{digit}}+)*[-_]?{_LETTER}({_LETTER}|{{digit}}|[-_.'’&]({_LETTER}|{{digit}}))*"
        r"|{digit}+_{digit}+"
        r"|{digit}+.(com|cn|net|org)(.cn)?",
        True,
        "nx m",
    ),
    Pattern("mention", r"@{name}{1,30}", True, "nx", after_word=False),
    Pattern("topic", r"#[^#{break}]+#", True, "x", after_word=False, isolated=True),
    Pattern(
        "emoji",
        r"{emoji}{attached}*({joiner}{emoji}{attached}*)*|{flag}{flag}?|[0-9#*]{variation}?{keycap}",
        True,
        "w",
        isolated=True,
    ),
    Pattern("repeated", _repeated(), True, "w"),
    Pattern("cluster", r"[^{space}{mark}]{mark}+|{mark}+", True, ""),
    Pattern("hashtag", r"#{han}{name}{0,29}", False, "x", after_word=False),
    Pattern("signed", rf"[-+−±]{_NUMBER}[%‰]?", False, "m", after_word=False),
    Pattern("ratio", r"{digit}+{colon}{digit}+", False, "m"),
    Pattern(
        "numeral",
        r"{numeral}{2,}|{financial}{2,}"
        r"|{numeral}+[点點]{numeral}+"
        rf"|({{numeral}}+又)?{{numeral}}+分之({{numeral}}+([点點]{{numeral}}+)?|{_NUMBER})"
        rf"|({_NUMBER}{{unit}}+)+{{numeral}}*|[上数數]{{unit}}+",
        False,
        "m",
    ),
    Pattern("ordinal", r"第({numeral}+|{digit}+)", False, "m"),
    Pattern(
        "time",
        r"({digit}{4}|{han_digit}{4}|{han_digit}{2})年|({digit}{1,2}|{numeral}{1,3})(月份?|日|[时時])"
        r"|{digit}{1,2}[点點][钟鐘]?|{numeral}{1,3}[点點][钟鐘]|{digit}{4}年代",
        False,
        "t",
    ),
    Pattern("kana", r"{kana}{2,}", False, "nx"),
    Pattern("hangul", r"{hangul}{2,}", False, "nx"),
    Pattern("dashed", r"{letter}+[—―]{digit}{alnum}*", False, "nx"),
    Pattern("name", r"{transcription}{1,8}([·•‧・]{transcription}{1,8}){1,3}", False, ""),
)
