"""The patterns of running text: numbers, times, addresses, runs of letters, emoji clusters.

One table declares them; :mod:`cnlp.text.scanner` compiles it to one automaton (:mod:`cnlp.text.dfa`). They
read text folded in width and case, so １９９８年 is 1998年 and ＷＷＷ is www, save for the sets in
``EXACT``.

* An *atomic* pattern is a token: nothing splits it, and no lexicon word begins or ends inside it.
* A *decisive* one is atomic, and a word by itself in the standards that follow PFR (``DECISIVE_STANDARDS``): no
  tagger joins it with its neighbours. An *isolated* one is that in every standard. A *whole* one may be joined with
  its neighbours, but no standard splits it.
* A *soft* pattern proposes an edge, which then competes with the words of the lexicon.
* A *veto* is not a token: where it is longer than the decisive match that begins with it, that one does not count
  (3日 of 3日元); where it is atomic, nor does the match of a later row that is as long (3-5km as a model).

Tags are those of the PKU set (Yu Shiwen et al. 2002): m number, t time, nx foreign string, nr person, w
punctuation, x anything else. What is joined follows the People's Daily of January 1998 (PFR) by count:
年 after four digits joins (2746 of 2795), after two it does not (4 of 287); 月, 日, 时 join; 分 (50 of
157), 秒, 号, 年代, 世纪, 多 and 余 stay separate words, except 号 after a month. 上, 下, 本, 这 join the day of the
week (6 of 7 in January and February). Single numerals are left to the lexicon.
"""

from __future__ import annotations

from cnlp.text import characters, dfa

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cnlp.text.dfa import Ranges


AFTER = ("other", "word", "unit", "row", "day")
"""The text before a match: a letter or digit ("word"), the end of a date, an hour, a measure or a share ("unit"), what
counts houses or a series ("row": 人民路, 第), nothing, a sign or what can come before the day of a month ("day"), or
another character."""
NO_WORD = ("other", "unit", "row", "day")
DECISIVE_STANDARDS = ("general", "pku")


class Pattern:
    """One row of the table.

    Attributes:
        name: of the pattern, in English.
        expression: in the syntax of :mod:`cnlp.text.dfa`.
        atomic: whether a match is a token, or only proposes one.
        tags: all that a word of this form can be in the PKU set, separated by blanks; empty: whatever its context
            makes of it. Parts of speech keep to it (:mod:`cnlp.pos.forms`).
        decisive: whether an atomic match is a word by itself in the standards that follow PFR.
        veto: whether a match only says that another one is none.
        counted: the pattern whose counts in the lexicon and the bigrams it shares; its own by default.
        context: how many characters at the end of a match are looked at only, 0 or 1.
        after: what a match may follow, of ``AFTER``: neither ``C#`` opens a topic nor has ``5-3`` a sign.
        takes_marks: whether combining marks after a match belong to it.
        isolated: whether a match is a separate word in every standard, never part of one as 1998 of 1998年.
        whole: whether no standard splits a match.
        labelled: whether a match ends before its first digit: what follows it is a token itself (IP of IP10.0.0.1).
    """

    __slots__ = (
        "after",
        "atomic",
        "context",
        "counted",
        "decisive",
        "expression",
        "isolated",
        "labelled",
        "name",
        "tags",
        "takes_marks",
        "veto",
        "whole",
    )

    def __init__(
        self,
        name: str,
        expression: str,
        atomic: bool,
        tags: str,
        *,
        takes_marks: bool = True,
        decisive: bool = False,
        isolated: bool = False,
        whole: bool = False,
        labelled: bool = False,
        veto: bool = False,
        counted: str = "",
        context: int = 0,
        after: tuple[str, ...] = AFTER,
    ) -> None:
        self.name = name
        self.expression = expression
        self.atomic = atomic
        self.tags = tuple(tags.split())
        self.takes_marks = takes_marks
        self.decisive = decisive
        self.isolated = isolated
        self.whole = whole
        self.labelled = labelled
        self.veto = veto
        self.counted = counted or name
        self.context = context
        self.after = after

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


def _with_traditional(text: str) -> str:
    from cnlp.text.normalise import fold_table

    script = fold_table(width=False, case=False, script=True)
    return text + "".join(chr(code) for code, simplified in script.items() if chr(simplified) in text)


def character_sets() -> dict[str, Ranges]:
    """The sets that expressions call ``{name}``, each as inclusive code point ranges.

    >>> character_sets()["skin"]
    ((127995, 127999),)
    """
    flags, skins, joiner = (0x1F1E6, 0x1F1FF), (0x1F3FB, 0x1F3FF), (0x200D, 0x200D)
    letters = (*_of_class("latin"), *_of_class("letter"))
    mouths, eyes = _of("ωдΔ△▽∀∇□︵"), _of("≧≦﹏⌒￣¯´′｀⊙◕◡╥ᴗ﹃︶︿︸‿๑ಥ◔ಠ")
    signs = dfa.union((*_of_class("punctuation", "symbol", "emoji", "mark"), *mouths, *eyes, *_of("εσρゝㅂノ")))
    face = dfa.difference(signs, _of("()[]{}。，、；：！？“”《》【】,:!?%‰"))
    before_day = dfa.difference(_of_class("punctuation", "space"), _of("-%‰"))
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
        "nondigit": dfa.union((*letters, *_of_class("han", "kana", "hangul"))),
        "han_digit": _of("零〇○一二三四五六七八九"),
        "unit": _of("十百千万亿兆萬億"),
        "numeral": _of("零〇○一二三四五六七八九十百千万亿兆萬億两兩几幾廿卅"),
        "financial": _of("零壹贰貳叁叄參肆伍陆陸柒捌玖拾佰仟万萬亿億"),
        "transcription": _of(_with_traditional(TRANSCRIPTION_CHARACTERS)),
        "comma": _of(",，"),
        "raised": _of("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"),
        "script": _of("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉₊₋"),
        "unit_end": _of("月天元点點℃℉°%‰"),
        "day_before": dfa.union((*before_day, *_of("在从到至和与及或我你他她们是就才定每下去今昨这那距过截除"))),
        "row_end": _of("第编路街巷弄栋幢图表例注题"),
        "colon": _of(":"),
        "hex": dfa.union((*_of_class("digit"), (ord("a"), ord("f")))),
        "arrow": dfa.difference(((0x2190, 0x21FF), (0x27F0, 0x27FF), (0x2900, 0x297F)), _of_class("emoji")),
        "mouth": mouths,
        "eye": eyes,
        "cheek": dfa.difference(face, (*eyes, *mouths)),
        "face": face,
        "open": _of("("),
        "close": _of(")"),
        "url": dfa.union((*url, *_of("!$%&*+,-./:;=?@_~#．／"))),
        "url_end": dfa.union((*url, *_of("$%&*+-/=_~#／"))),
        "mail": dfa.union((*url, *_of("._%+-．＿－"))),
    }


# Sets that read the character unfolded: a full width comma or bracket after an address ends it.
EXACT = ("comma", "colon", "open", "close", "url", "url_end", "mail")

_URL = r"({url}|{open}{url}*{close})*({url_end}|{open}{url}*{close})"
_INTEGER = r"({digit}+{raised}*|{digit}{1,3}({comma}{digit}{3})+)"
_NUMBER = rf"{_INTEGER}([.·﹒]{{digit}}+)?"
_DECIMAL = r"{digit}+(.{digit}+)?"
_CLOCK = r"{digit}{1,2}:{digit}{2}(:{digit}{2}(.{digit}+)?)?"
_TIME = r"{digit}{1,2}[:：]{digit}{2}([:：]{digit}{2}(.{digit}+)?)?"
_LETTER = r"({letter}{mark}*{script}*)"
_YEAR = r"([12]{digit}{3}|[一二][〇零○0一二三四五六七八九]{3})年"
_MONTH = r"(0?[1-9]|1[0-2])月"
_DAY = r"(0?[1-9]|[12]{digit}|3[01])"
_HOUR = r"([01]?{digit}|2[0-4])"
_WEEKDAY = r"[上下本这這]([周週]|星期|[礼禮]拜)[一二三四五六日天]"
_TOP = "com|cn|net|org|edu|gov|io|me|cc|tv|info|top|app|dev|jp|hk|tw"
_ABBREVIATIONS = "mr|mrs|ms|dr|prof|st|jr|sr|inc|ltd|co|corp|vs|etc|no|vol|fig|ph.d|e.g|i.e"
_HOST = r"({digit}{1,3}.){3}{digit}{1,3}"
_HOST_6 = r"{hex}{1,4}(:{hex}{1,4}){7}|({hex}{1,4}:)+(:{hex}{1,4})+|::{hex}{1,4}"
_LABEL = "ip|dns|ping|ssh|host|server"
_MEASURES = (
    "[%‰万亿元块年月日号点时分秒岁周天个人名次位种条章页集级度℃℉°米吨斤克公里千百赛学倍期只台辆届件套层楼间多余]"
)
_SERIES = (
    "[线楼院房车选手球文令公台店门床桌机井矿馆厅厂位种仓库舱舰船艇坑地别风队员人客舞航炉管衣码站口病教候嫌被证样桥洞墓罐区"
    "校幢栋单铺摊柜箱袋票座卫火飞探油电字钢铁决提法国省环轮泊窗包厢检登宿食信邮服反主副高特的]"
)
_FACE = r"t_+t|q_+q|o_+o|x_+x|u_+u|>_+<|>﹏<|^_+^|^o^|-_+-|=_+=|@_+@|→_+→|←_+←|╯_╰|⊙[_o]⊙|≧▽≦|┻━+┻|┬─+┬"
_CRAFT = "[歼轰运直]|东风|巨浪|红旗|鹰击|霹雳"
_REPEATED = "…。，、！？；：—―－─━═～·.．,!?;:~-=*_#+/\\|^$%&'\"<>（）()•●◆■□△▲◇※×"


def _repeated() -> str:
    """``cc+`` for each sign, after folding, so that ！！ and !! are one alternative; ？！ mixed."""
    from cnlp.text.normalise import normalise

    signs = sorted(set(normalise(_REPEATED, script=False)))
    return "|".join(f"\\{sign}\\{sign}+" for sign in signs) + "|[!?]{2,}"


# Where two patterns match the same span, the earlier row names it; the atomic ones come first.
PATTERNS = (
    Pattern("space", r"{space}+", True, "w", takes_marks=False, isolated=True),
    Pattern(
        "grouped number",
        r"{digit}{1,3}({comma}{digit}{3})+([.·]{digit}+)?[%‰]?|{digit}+{raised}+",
        True,
        "m",
        decisive=True,
        counted="number",
    ),
    Pattern(
        "large number",
        rf"{_NUMBER}{{unit}}*[万亿萬億]({{digit}}+{{unit}}*)?",
        True,
        "m",
        decisive=True,
        counted="numeral",
    ),
    Pattern("number", rf"{_NUMBER}[%‰]?|{{digit}}+∶{{digit}}+|{{digit}}+/{{digit}}+", True, "m"),
    Pattern("date", rf"{{digit}}{{4}}([-/.]{{digit}}{{1,2}}){{2}}(t?{_TIME}(z|[+-]{_TIME})?)?", True, "t"),
    Pattern("clock", _CLOCK, True, "t"),
    Pattern("wide clock", rf"{_HOUR}[:：][0-5]{{digit}}", True, "t", counted="clock", after=("other", "unit", "day")),
    Pattern(
        "time of the calendar",
        rf"{_YEAR}|{_MONTH}份?|{_DAY}日|{_HOUR}([时時]|[点點][钟鐘]?)|{_WEEKDAY}",
        True,
        "t",
        decisive=True,
        counted="time",
    ),
    Pattern("day of a month", rf"{_DAY}[号號]", True, "t m", decisive=True, counted="time", after=("unit", "day")),
    Pattern("minute", r"[0-5]?{digit}分", True, "t", decisive=True, counted="time", after=("unit",)),
    Pattern("half day", "[早晚]上[周週]", True, "t", decisive=True, counted="time", context=1),
    Pattern(
        "below zero",
        rf"[-+−]{_NUMBER}[℃℉°度]",
        True,
        "m",
        decisive=True,
        counted="signed",
        context=1,
        after=("other", "day"),
    ),
    Pattern("change", rf"[-+−]{_NUMBER}[%‰]", True, "m", decisive=True, counted="signed", after=("other", "day")),
    Pattern("tolerance", rf"±{_NUMBER}[%‰]?", True, "m", decisive=True, counted="signed"),
    Pattern("range", r"[-~–]{digit}", True, "w", decisive=True, counted="repeated", context=1, after=("word", "unit")),
    Pattern("craft", rf"({_CRAFT})[-—―－]{{digit}}{{1,4}}{{letter}}*", True, "nz", decisive=True, counted="model"),
    Pattern("slashes", "//+", True, "w", decisive=True, counted="repeated"),
    Pattern(
        "arrow", r"[-—]+>|=+>|<[-—]{2,}>?|<->|<=+>?|{arrow}{variation}?", True, "w", decisive=True, counted="repeated"
    ),
    Pattern(
        "face",
        rf"{_FACE}|({{colon}}|;)-?\)|({{colon}}|;)-(\(|[dpo])|¯\\_[(（]ツ[)）]_/¯"
        rf"|[ヾヽ╮╭乁┗]?[(（]([*=;`]?({_FACE})[*=;`]?"
        r"|{cheek}{0,5}({cheek}{mouth}{cheek}|{eye}){face}{0,5})[)）][ノﾉ╯╭╮ゞ┛✧♡~☆و゛]{0,3}",
        True,
        "w",
        decisive=True,
        counted="repeated",
        after=NO_WORD,
    ),
    Pattern("stop", ".", True, "w", decisive=True, counted="repeated", after=("word",)),
    Pattern("abbreviation", rf"({_ABBREVIATIONS}).", True, "nx", decisive=True, counted="latin"),
    Pattern("initials", r"({letter}.){2,}", True, "nx", counted="latin"),
    Pattern(
        "markup",
        r"</?[a-z][a-z0-9]*({space}[^<>{break}]*)?/?>|&([a-z]{2,8}|#{digit}{1,6});",
        True,
        "nx",
        isolated=True,
    ),
    Pattern("latin", rf"({_LETTER})+([-'’&]({_LETTER})+)*|c\+\+{{digit}}*|[cf]#", True, "nx", whole=True),
    Pattern("url", rf"((https?|ftp)://|www.){_URL}", True, "nx", isolated=True),
    Pattern(
        "address",
        rf"({_HOST}|localhost)(:{{digit}}+)?(/{_URL}?)?|{_HOST_6}|{{hex}}{{2}}(:{{hex}}{{2}}){{5}}"
        rf"|({{alnum}}+(-+{{alnum}}+)*.)+({_TOP})(:{{digit}}+)?(/{_URL}?)?",
        True,
        "nx",
        isolated=True,
    ),
    Pattern(
        "email", r"{alnum}({mail}*{alnum})?@{alnum}+(-+{alnum}+)*(.{alnum}+(-+{alnum}+)*)+", True, "nx", isolated=True
    ),
    Pattern("version", r"{digit}+(.{digit}+){2,}", True, "nx", decisive=True),
    Pattern(
        "code",
        rf"({{digit}}+:)?{{digit}}+(-{{digit}}+)+|{_DECIMAL}([+×=]{_DECIMAL})+{{raised}}*",
        True,
        "m",
        decisive=True,
    ),
    Pattern("ratio", r"{digit}+{colon}{digit}+({colon}{digit}+)?", True, "m", decisive=True),
    Pattern("label", rf"({_LABEL}){_HOST}", True, "nx", counted="latin", labelled=True),
    Pattern("range of measures", rf"{_DECIMAL}{_LETTER}*-{_DECIMAL}{_LETTER}+", True, "x", veto=True),
    Pattern(
        "model",
        rf"{_LETTER}({_LETTER}|{{digit}}|[-_.'’&]({_LETTER}|{{digit}}))*"
        rf"|{{digit}}+([-_.]{{digit}}+)*[-_]?{_LETTER}({_LETTER}|{{digit}}|[-_.'’&]({_LETTER}|{{digit}}))*"
        r"|{digit}+_{digit}+"
        r"|{digit}+.(com|cn|net|org)(.cn)?",
        True,
        "nx m",
    ),
    Pattern("rate", rf"{_DECIMAL}{_LETTER}+/{_LETTER}+", True, "nx m", decisive=True, counted="model"),
    Pattern("mention", r"@{name}{1,30}", True, "nx", decisive=True, after=NO_WORD),
    Pattern(
        "topic",
        r"#[^#{break}{space}]([^#{break}]*[^#{break}{space}、,;(])?#",
        True,
        "x",
        isolated=True,
        after=NO_WORD,
    ),
    Pattern("hashtag", r"#({digit}{1,8}|{digit}{0,8}{nondigit}{name}{0,29})", True, "x", decisive=True, after=NO_WORD),
    Pattern(
        "emoji",
        r"{emoji}{attached}*({joiner}{emoji}{attached}*)*|{flag}{flag}?|[0-9#*]{variation}?{keycap}",
        True,
        "w",
        isolated=True,
    ),
    Pattern("repeated", _repeated(), True, "w"),
    Pattern("cluster", r"[^{space}{mark}]{mark}+|{mark}+", True, ""),
    Pattern("signed", rf"[-+−±]{_NUMBER}[%‰]?", False, "m", after=("other", "day")),
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
    Pattern(
        "other reading",
        rf"{_YEAR}[度代终级]|{_MONTH}[龄薪供租]|{_DAY}日[元圆本均线游]|{{digit}}{{1,2}}分[钟鐘之]"
        rf"|{_HOUR}[时時][代候间段期速长]"
        rf"|{_HOUR}[点點][计意建要原内理就]|{_WEEKDAY}[次期天个场节年月]"
        rf"|{_DAY}[号號]({_SERIES}|[会會][议議]|[出入]口|[通跑赛]道|发[电動动])|{{digit}}+-{{digit}}+{_MEASURES}|{_DECIMAL}×10^|{{digit}}+[:：]{{digit}}+-{{digit}}+[:：]",
        False,
        "x",
        veto=True,
    ),
    Pattern("kana", r"{kana}{2,}", False, "nx"),
    Pattern("hangul", r"{hangul}{2,}", False, "nx"),
    Pattern("dashed", r"{letter}+[—―]{digit}{alnum}*", False, "nx"),
    Pattern("name", r"{transcription}{1,8}(·{transcription}{1,8}){1,3}", False, ""),
)
