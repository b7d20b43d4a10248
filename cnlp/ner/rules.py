"""Entities that follow rules: dates, times, sums of money, numbers of telephones, identity cards and cars, addresses.

    name    label   examples
    date    DATE    2024年3月5日  2024-03-05  二〇二四年三月五日  三月五号  公元前221年  1990年代
    time    TIME    12:30  8时30分  下午三点半  凌晨2点
    money   MONEY   300万元  20-30万元  三百万元  12.5亿美元  ￥99.00  人民币5000元  五毛钱
    phone   PHONE   13812345678  010-62345678  (0571)87654321转801  400-800-1234  +86 138 1234 5678
    id      ID      identity cards of 18 digits (GB 11643-1999) whose check digit is right (ISO 7064, MOD 11-2)
    plate   PLATE   京A12345  粤B·D12345  沪AD12345  粤Z1234港
    email   EMAIL   name@example.com
    url     URL     https://example.com/a?b=1

A date must be one of the calendar, a time one of the clock. Where a text could be something else (三点, 二元, 周三) it
is not an entity: the rules prefer precision to recall. Nothing begins or ends inside a run of letters or
digits. Numbers may be of full width, Chinese numerals in either script.

Custom expressions have the syntax of :mod:`cnlp.text.expression`. Cost: O(length of the text) for every rule, whatever
the text: from a place at most a fixed number of characters is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from cnlp import errors
from cnlp.lexicon.runs import is_inside_run
from cnlp.text.expression import Expression, one_of
from cnlp.text.normalise import normalise
from cnlp.types import Entity

if TYPE_CHECKING:
    from typing import TypeAlias

    Opening: TypeAlias = tuple[int, frozenset[str] | None]  # number of a rule, and what can follow the first character

Check = Callable[[str], bool]


class Rule(NamedTuple):
    """What finds the entities of one label.

    Attributes:
        label: of what it finds.
        expression: what an entity looks like.
        check: whether a match, folded, is one; ``None`` where all are.
        not_before: characters that do not follow an entity (the 旦 of 元旦).
        joins: signs that make one number with the digits on both sides, so that no entity ends or begins there.
    """

    label: str
    expression: Expression
    check: Check | None = None
    not_before: str = ""
    joins: str = ""


_PAIRS = "expressions must be pairs of a label and an expression, such as [('MODEL', '[A-Z]{2}-[0-9]+')]"


def _chosen_names(names: Iterable[str] | str | bool | None) -> tuple[str, ...]:
    """The names of the built-in rules that are wanted."""
    if names is None or isinstance(names, bool):
        return () if names is False else RULE_NAMES
    listed = [names] if isinstance(names, str) else errors.check_strings("rules", names)
    for name in listed:
        errors.check_choice("rule", name, RULE_NAMES)
    return tuple(dict.fromkeys(listed))


class Rules:
    """Rules that are applied together. Immutable; shared by any number of threads.

    Args:
        names: the built-in rules to use, or one; all of them by default and if ``True``.
        expressions: custom rules, pairs of a label and an expression.

    Raises:
        ArgumentError: there is no rule of that name, or an expression cannot be used.

    >>> [(each.text, each.label) for each in Rules().entities("三月五日晚上八点花了三百元")]
    [('三月五日', 'DATE'), ('晚上八点', 'TIME'), ('三百元', 'MONEY')]
    >>> [each.text for each in Rules([], [("MODEL", r"[A-Z]{2}-\\d+")]).entities("买了AB-120和AB120")]
    ['AB-120']
    """

    def __init__(
        self, names: Iterable[str] | str | bool | None = None, expressions: Iterable[tuple[str, str]] = ()
    ) -> None:
        chosen = _chosen_names(names)
        if isinstance(expressions, (str, bytes)) or not hasattr(expressions, "__iter__"):
            raise errors.ArgumentError(_PAIRS)
        own = []
        for pair in expressions:
            if not isinstance(pair, (tuple, list)) or len(pair) != 2 or not isinstance(pair[1], str):
                raise errors.ArgumentError(_PAIRS)
            label, source = pair
            if not isinstance(label, str) or not label:
                raise errors.ArgumentError(f"the label of the expression {source!r} is empty")
            own.append(Rule(label, Expression(source)))
        self.rules = (*own, *map(built_in, chosen))
        self._openings, self._anywhere = _by_first_character(self.rules)
        self._starts = one_of(self._openings)

    def __repr__(self) -> str:
        return f"<Rules: {', '.join(dict.fromkeys(rule.label for rule in self.rules))}>"

    def find(self, text: str) -> list[Entity]:
        """The entities that the rules find: those of one rule do not overlap, those of different rules may; by start.

        Raises:
            TextTypeError: ``text`` is not a str.
        """
        if not isinstance(text, str):
            raise errors.not_text(text)
        found = []
        free = [0] * len(self.rules)  # where each rule has not yet found anything
        for start in self._places(text):
            second = text[start + 1 : start + 2]
            for number, seconds in self._openings.get(text[start], self._anywhere):
                if (seconds is None or second in seconds) and start >= free[number]:
                    rule = self.rules[number]
                    end = _match(rule, text, start)
                    if end:
                        free[number] = end
                        found.append(Entity(text[start:end], start, end, rule.label))
        return found

    def entities(self, text: str) -> list[Entity]:
        """The entities that the rules alone find: sorted, none overlapping.

        Raises:
            TextTypeError: ``text`` is not a str.
        """
        from cnlp.ner.merge import merge

        return merge(text, rules=self.find(text))

    def _places(self, text: str) -> Iterable[int]:
        """Where an entity may begin."""
        if self._anywhere:
            return range(len(text))
        return (match.start() for match in self._starts.finditer(text))


def rules_for(rules: Rules | Iterable[str] | bool | None) -> Rules:
    """The rules that the argument ``rules`` of :func:`cnlp.entities` means; those of the same names are made once.

    Raises:
        ArgumentError: there is no rule of that name.
    """
    return rules if isinstance(rules, Rules) else _named(_chosen_names(rules))


@cache
def _named(names: tuple[str, ...]) -> Rules:
    return Rules(names)


@cache
def built_in(name: str) -> Rule:
    """The rule of this name, compiled when it is first asked for (in some milliseconds).

    >>> built_in("id").label
    'ID'
    """
    return _BUILT_IN[name]()


def _by_first_character(rules: Sequence[Rule]) -> tuple[dict[str, list[Opening]], list[Opening]]:
    """For each character the rules whose entities may begin with it; and the rules for which that may be almost any."""
    openings = [rule.expression.openings() for rule in rules]
    anywhere: list[Opening] = [(number, None) for number, opening in enumerate(openings) if opening is None]
    found: dict[str, list[Opening]] = {}
    for number, opening in enumerate(openings):
        for char, seconds in (opening or {}).items():
            found.setdefault(char, list(anywhere)).append((number, seconds))
    return found, anywhere


def _match(rule: Rule, text: str, start: int) -> int:
    """Where the longest entity ends that begins at ``start``; 0 if none does."""
    if is_inside_run(text, start) or _joined(text, start, rule.joins):
        return 0
    for end in rule.expression.ends(text, start):
        if is_inside_run(text, end) or _joined(text, end - 1, rule.joins, 1):
            continue
        if text[end : end + 1] in rule.not_before and end < len(text):
            continue
        if rule.check is None or rule.check(normalise(text[start:end])):
            return end
    return 0


def _joined(text: str, digit: int, joins: str, step: int = -1) -> bool:
    """Does a sign join the digit at ``digit`` with another one before (or after) it, as in 1.5?"""
    other = digit + 2 * step
    if not joins or not 0 <= other < len(text):
        return False
    return text[digit].isdigit() and text[digit + step] in joins and text[other].isdigit()


# ---- the built-in rules. Expressions read folded text: half width, small letters, Simplified ---------------------

_NUMERALS = "〇零○一二三四五六七八九"
_YEAR = (
    rf"(?:(?:(?:公元|西元) ?)?(?:\d{{4}}|[{_NUMERALS}]{{4}})"
    rf"|(?:公元前|民国) ?(?:\d{{1,4}}|[{_NUMERALS}十百千]{{1,6}}|元))"
    r" ?年"
)
_SHORT_YEAR = rf"(?:\d{{2}}|[{_NUMERALS}]{{2}}) ?年 ?"
_MONTH = r"(?:\d{1,2}|[一二三四五六七八九十]{1,2}|[元正冬腊]) ?月"
_DAY = r" ?(?:\d{1,2}|[一二三四五六七八九十廿卅]{1,3}|初[一二三四五六七八九十]) ?[日号]"
_WEEK = "(?:星期|礼拜|周)[一二三四五六日天]"
_WEEKDAY = rf"(?: ?(?:{_WEEK}|\({_WEEK}\)))?"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?"
_ISO = rf"\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?:t{_CLOCK}(?:z|[+\-]\d{{2}}:?\d{{2}})?)?"
_DATE = (
    rf"{_YEAR}(?:代| ?{_MONTH}(?:份|{_DAY}{_WEEKDAY})?)?"
    rf"|{_SHORT_YEAR}{_MONTH}(?:份|{_DAY}{_WEEKDAY})?"
    rf"|{_MONTH}(?:份|{_DAY}{_WEEKDAY})?|{_ISO}"
)

_HALF_DAY = (
    "(?:凌晨|清晨|早晨|早上|上午|中午|正午|下午|午后|傍晚|晚上|晚间|夜间|夜里|深夜|半夜|午夜|当晚|今晨|今早|今晚|昨晚)"
)
_HOUR = r"(?:\d{1,2}|[零〇一二三四五六七八九十两]{1,3}) ?"
_MINUTE = r" ?(?:\d{1,2}|[零〇一二三四五六七八九十]{1,3}) ?分(?: ?(?:\d{1,2}|[零〇一二三四五六七八九十]{1,3}) ?秒)?"
_TIME = (
    rf"(?:{_HALF_DAY} ?)?(?:{_CLOCK}(?: ?[ap]m|分)?|{_HOUR}点(?:钟|整|半|[一二三]刻|{_MINUTE})"
    rf"|{_HOUR}时(?:整|{_MINUTE})|\d{{1,2}} ?时)"
    rf"|{_HALF_DAY} ?{_HOUR}[点时](?:\d{{2}})?"
)

_CURRENCY = (
    "(?:元(?:人民币)?|圆|美元|美金|欧元|日元|港元|港币|英镑|韩元|澳元|加元|新元|新台币|台币|卢布|法郎|马克|卢比|泰铢|比索"
    "|里拉|瑞郎|克朗|第纳尔|雷亚尔|林吉特|越南盾|人民币)"
)
_SIGN = r"(?:(?:us|hk|nt|a|c|s)?\$|[¥€£₩₽₹฿])"
_CODE = "(?:人民币|美元|美金|港币|港元|欧元|英镑|日元|新台币|台币|rmb|cny|usd|hkd|eur|gbp|jpy|twd)"
_FIGURE = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_UNITS = r"[多余]? ?[十百千万亿]{0,4}[多余]?"
_WORDS = (
    rf"[数几上]?[{_NUMERALS}两十百千万亿]{{1,16}}(?:点[{_NUMERALS}]{{1,6}}[十百千万亿]{{0,4}})?[几多余来]?[万亿]{{0,2}}"
)
_FINANCIAL = "[零壹贰叁肆伍陆柒捌玖拾佰仟万亿]"  # numerals of cheques
_RANGE = rf"(?:(?:{_FIGURE}|{_WORDS}){_UNITS} ?[\-—~至到] ?)?"
_SMALL = rf"(?:(?:\d|[{_NUMERALS}])[角毛])?(?:(?:\d|[{_NUMERALS}])分)?"
_MONEY = (
    rf"{_RANGE}(?:{_FIGURE}{_UNITS}|{_WORDS}) ?(?:{_CURRENCY}(?:整|钱)?|元{_SMALL}|[块毛角分]钱)"
    rf"|{_FINANCIAL}{{1,16}}[元圆](?:整|{_FINANCIAL}角(?:{_FINANCIAL}分)?)|{_FINANCIAL}{{2,16}}[元圆]"
    rf"|(?:{_FIGURE}[多余]?[百千万亿]{{1,3}}|\d{{3,9}}|[数几]?[{_NUMERALS}两十百千万亿]{{0,8}}[百千万亿])块"
    rf"|{_SIGN} ?{_FIGURE}(?: ?[十百千万亿]{{1,3}})?(?:美元|元)?"
    rf"|{_CODE} ?(?:{_FIGURE}{_UNITS}|{_WORDS})(?:元整?)?"
    rf"|{_FIGURE} ?(?:rmb|cny|usd|hkd|eur|gbp|jpy|twd)"
)

_CHINA = r"(?:(?:\(\+?86\)|\+?86)[ \-]?)?"
_PHONE = (
    rf"{_CHINA}1[3-9]\d[ \-]?\d{{4}}[ \-]?\d{{4}}"
    rf"|{_CHINA}(?:\(0\d{{2,3}}\)|0\d{{2,3}}) ?[\-—]? ?\d{{7,8}}(?: ?[\-转] ?\d{{1,6}})?"
    r"|[48]00[ \-]?\d{3,4}[ \-]?\d{3,4}"
    r"|\+\d{1,3}(?:[ \-]?(?:\d{1,5}|\(\d{1,5}\))){2,5}"
)

_DOMAIN = r"[a-z0-9]+(?:-+[a-z0-9]+)*"
_EMAIL = rf"[a-z0-9](?:[a-z0-9._%+\-]{{0,62}}[a-z0-9_+\-])?@{_DOMAIN}(?:\.{_DOMAIN})*\.[a-z]{{2,24}}"

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = rf"[{_PROVINCES}][A-HJ-NP-Z] ?[·•.\-]? ?(?:[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳]|[A-HJ-NP-Z0-9]{{6}})"
_ORDINARY_PLATE = re.compile(".{2}[^a-z0-9]*(?=(?:[^0-9]*[0-9]){3})[a-z0-9]{4}.")
_ELECTRIC_PLATE = re.compile(".{2}[^a-z0-9]*(?:[a-hjk][a-z0-9][0-9]{4}|[0-9]{5}[a-hjk])")

_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_VALUES = {char: value for value, chars in enumerate(("〇零○", "一元正", "二两", *"三四五六七八九")) for char in chars}
_TENS = {"十": 10, "廿": 20, "卅": 30}


def _small_number(text: str) -> int:
    """A number below a hundred, in digits or Chinese numerals.

    >>> [_small_number(text) for text in ("05", "十二", "二十", "廿一", "三十一", "〇五")]
    [5, 12, 20, 21, 31, 5]
    """
    if text.isdigit():
        return int(text)
    total = 0
    for char in text:
        if char in _TENS:
            total = (total or 1) * 10 if char == "十" else _TENS[char]
        else:
            total = total * 10 + _VALUES.get(char, 0) if total % 10 or not total else total + _VALUES.get(char, 0)
    return total


_ISO_PARTS = re.compile(r"[0-9]{4}([-/.])([0-9]{1,2})([-/.])([0-9]{1,2})(?:t(.*?))?(?:z|[+-][0-9:]+)?")


def _is_date(text: str) -> bool:
    """Does the calendar have such a day?"""
    iso = _ISO_PARTS.fullmatch(text)
    if iso:
        return iso[1] == iso[3] and _in_calendar(int(iso[2]), int(iso[4])) and (not iso[5] or _is_time(iso[5]))
    months = re.findall(r"([0-9一二三四五六七八九十元正冬腊]+) ?月", text)
    days = re.findall(r"([0-9一二三四五六七八九十廿卅]+) ?[日号]", text)
    month = {"冬": 11, "腊": 12}.get(months[0]) or _small_number(months[0]) if months else None
    return _in_calendar(month, _small_number(days[0]) if days else None)


def _in_calendar(month: int | None, day: int | None) -> bool:
    if month is None:
        return day is None
    return 1 <= month <= 12 and (day is None or 1 <= day <= _DAYS[month - 1])


def _is_time(text: str) -> bool:
    """Does the clock show it?"""
    parts = re.findall(r"[0-9零〇一二三四五六七八九十两]+", text.partition(".")[0])
    hour, *rest = map(_small_number, parts)
    return hour <= 24 and all(part < 60 for part in rest)


def _is_money(text: str) -> bool:
    """Is there a number, and no other reading?

    一元 to 九元 are more often of equations and theories, and 四 of 四人民币 is the end of a name (李四).
    """
    if text[0] in _NUMERALS and text[1:] == "人民币":
        return False
    return not ((len(text) == 2 and text[0] in _NUMERALS and text[1] in "元圆") or text[0] in "万亿")


def _is_phone(text: str) -> bool:
    """Has it as many digits as its kind must have?"""
    number, _, _ = text.partition("转")
    digits = re.sub("[^0-9]", "", number)
    if text.startswith("+") and not digits.startswith("86"):
        return 8 <= len(digits) <= 15
    digits = digits[2:] if digits.startswith("86") and len(digits) > 10 else digits
    if digits[0] in "48":
        return len(digits) == 10
    if digits[0] == "1":
        return len(digits) == 11
    area = 3 if digits[1:2] in ("1", "2") else 4
    local = re.sub("[^0-9]", "", re.sub(r"(?<=[0-9]{7})[-转].*", "", text))
    local = local[2:] if local.startswith("86") else local
    return len(local) - area in (7, 8) and local[area] in "23456789" and (area == 4 or len(local) == 11)


def _is_id(text: str) -> bool:
    """Region, date of birth and check digit.

    >>> _is_id("11010519491231002x"), _is_id("110105194912310021")
    (True, False)
    """
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    if text[0] not in "12345689" or text[6:8] not in ("18", "19", "20"):
        return False
    if not _in_calendar(int(text[10:12]), int(text[12:14])):
        return False
    rest = sum(weight * int(digit) for weight, digit in zip(weights, text[:17], strict=True)) % 11
    return "10x98765432"[rest] == text[17]


def _is_plate(text: str) -> bool:
    """Five signs, three of them digits or more, or the six of an electric car."""
    return bool(_ORDINARY_PLATE.fullmatch(text) or _ELECTRIC_PLATE.fullmatch(text))


def _longest(source: str, *, case: bool = True) -> Expression:
    return Expression(source, case=case, longest=True)


def _url() -> Expression:
    """The expression of the tokenizer's pattern, in which a full-width sign after an address ends it."""
    from cnlp.text.patterns import PATTERNS, character_sets

    pattern = next(pattern for pattern in PATTERNS if pattern.name == "url")
    return Expression.of_pattern(pattern.expression, character_sets(), max_match=2048, width=False)


_BUILT_IN: dict[str, Callable[[], Rule]] = {
    "date": lambda: Rule("DATE", _longest(_DATE), _is_date, joins="-/."),
    "time": lambda: Rule("TIME", _longest(_TIME), _is_time, not_before="装代间候期尚光速段区空针", joins=":."),
    "money": lambda: Rule("MONEY", _longest(_MONEY), _is_money, not_before="旦素首宵帅凶勋音砖石屏玻", joins=".,-"),
    "phone": lambda: Rule("PHONE", _longest(_PHONE), _is_phone, joins="-."),
    "id": lambda: Rule("ID", _longest(r"[1-9]\d{16}[\dx]"), _is_id),
    "plate": lambda: Rule("PLATE", _longest(_PLATE, case=False), _is_plate),
    "email": lambda: Rule("EMAIL", _longest(_EMAIL)),
    "url": lambda: Rule("URL", _url()),
}
RULE_NAMES = tuple(_BUILT_IN)
"""The built-in rules."""
