"""Patterns of running text: what is found, what is not, and at what cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnlp._kernel import layout
from cnlp.text import scanner
from cnlp.text.patterns import PATTERNS
from cnlp.text.scanner import PatternMatch, find_patterns

NAUGHTY = "1一年.点:-/@#%ａA１ c://w'’+_(,，\n\u3000\u0301\u200d\ufe0f\U000e0100\u20e3👍🏻🇨🇳比尔·第あ한…—!\x00\ud800"
naughty_text = st.text(st.one_of(st.sampled_from(NAUGHTY), st.characters()))


def found(text: str, name: str) -> list[str]:
    return [text[match.start : match.end] for match in find_patterns(text) if match.pattern.name == name]


def atoms(text: str) -> list[str]:
    return [text[match.start : match.end] for match in find_patterns(text) if match.pattern.atomic]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("space", "走 \t\n\u3000了", [" \t\n\u3000"]),
        ("grouped number", "价格是1,234.5元，共1,234,567.89元", ["1,234.5", "1,234,567.89"]),
        ("number", "跌了12.5%，涨了１７％，约3‰", ["12.5%", "１７％", "3‰"]),
        ("number", "１／３的人，比例１∶１１，地震5·12", ["１／３", "１∶１１", "5·12"]),
        ("number", "1,2345,67", ["1", "2345", "67"]),
        ("number", "第1。第2，", ["1", "2"]),
        (
            "date",
            "于2024-01-05和2024/1/5及2024-01-05T14:30:05Z",
            ["2024-01-05", "2024/1/5", "2024-01-05T14:30:05Z"],
        ),
        ("clock", "在14:30到14:30:05", ["14:30", "14:30:05"]),
        ("clock", "注１：１９４９年", []),
        (
            "latin",
            "用ＯＰＰＯ和state-of-the-art，don't，AT&T",
            ["ＯＰＰＯ", "state-of-the-art", "don't", "AT&T"],
        ),
        ("latin", "用C#、F#和C++写", ["C#", "F#", "C++"]),
        ("latin", "cafe\u0301s好", ["cafe\u0301s"]),
        ("url", "见https://example.com/a?b=1。", ["https://example.com/a?b=1"]),
        ("url", "http://a.cn/x看看", ["http://a.cn/x"]),
        ("url", "(http://a.cn/x_(y))，www.baidu.com，好", ["http://a.cn/x_(y)", "www.baidu.com"]),
        ("url", "见http://a.cn/x，http://b.cn", ["http://a.cn/x", "http://b.cn"]),
        ("url", "http://", []),
        ("email", "联系 abc@example.com。", ["abc@example.com"]),
        ("email", "张三a.b-c@mail.x.cn和李四", ["a.b-c@mail.x.cn"]),
        ("email", "abc@example", []),
        ("version", "从1.2.3到192.168.1.1", ["1.2.3"]),
        (
            "code",
            "抗原19-9，电话010-62345678，3×4和1920×1080，1+1=2",
            ["19-9", "010-62345678", "3×4", "1920×1080", "1+1=2"],
        ),
        ("code", "20-30%，3-5天，2022-2023学年，18:00-20:00，3×10^6", []),
        ("range", "20-30%，3~5天，18:00-20:00，4-1，A-5，-5", ["-", "~", "-"]),
        ("model", "5w-30，RTX-4090，iPhone15，H2O，A4", ["5w-30", "RTX-4090", "iPhone15", "H2O", "A4"]),
        ("model", "v1.2.3-beta，GPT-3.5，163.com，os.path", ["v1.2.3-beta", "GPT-3.5", "os.path"]),
        ("mention", "谢谢@张三 和@li_si，邮箱a@张三", ["@张三", "@li_si"]),
        ("topic", "#今天天气#真好，#new##b#", ["#今天天气#", "#new#", "#b#"]),
        ("topic", "用C#和F#写；#没有\n完#", []),
        ("emoji", "👨‍👩‍👧👍🏻🇨🇳🇯🇵❤️😀", ["👨‍👩‍👧", "👍🏻", "🇨🇳", "🇯🇵", "❤️", "😀"]),
        ("emoji", "1️⃣2️⃣#️⃣🏴󠁧󠁢󠁥󠁮󠁧󠁿🇨", ["1️⃣", "2️⃣", "#️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇨"]),
        ("repeated", "好……——！！!~~~---***＝＝=？", ["……", "——", "！！!", "~~~", "---", "***", "＝＝="]),
        ("cluster", "葛\U000e0100城가\u0301", ["葛\U000e0100", "가\u0301"]),
        ("signed", "气温-5.2，增长＋３，5-3，歼a-1", ["-5.2", "＋３"]),
        ("ratio", "以3:2获胜；注：1：2", ["3:2"]),
        ("numeral", "二十三人，一百二十万元，三点五倍，萬億", ["二十三", "一百二十万", "三点五", "萬億"]),
        ("numeral", "占百分之三十，又三分之一", ["百分之三十", "三十", "三分之一"]),
        ("large number", "3万5千，12.5亿，１０多万", ["3万5千", "12.5亿"]),
        ("numeral", "３千，数千，上百万", ["３千", "数千", "上百万", "百万"]),
        ("numeral", "一个，十分", []),
        ("ordinal", "第二十三届，第12名", ["第二十三", "第12"]),
        ("ordinal", "第12.5%", []),
        ("time", "2024年1月二十日下午3点半", ["二十日"]),
        ("time", "一九九八年十二月三十一日，1980年代", ["十二月", "三十一日", "1980年代"]),
        ("time", "三年，5年，80年代，20分", []),
        ("time of the calendar", "2024年1月5日下午3点半", ["2024年", "1月", "5日", "3点"]),
        ("time of the calendar", "一九九八年，１２月份，10時，3点钟", ["一九九八年", "１２月份", "10時", "3点钟"]),
        ("time of the calendar", "下周三和本星期天", ["下周三", "本星期天"]),
        ("time of the calendar", "1998年度，3日元，5日本，10时代，5点建议，上周三次，1980年代，0998年，25时", []),
        ("day of a month", "5月21号，21号线", ["21号"]),
        ("day of a month", "他21号回来，今天22号，每月23号，24号", ["21号", "22号", "23号", "24号"]),
        ("day of a month", "嫦娥5号，人民路21号，第3号，3号线，32号", []),
        ("half day", "晚上周三见，以上周三", ["晚上"]),
        ("below zero", "温度-3.5℃，20℃-30℃，-5度", ["-3.5", "-5"]),
        ("change", "增长＋３％，环比-0.3%，20%-30%", ["＋３％", "-0.3%"]),
        ("tolerance", "20℃±2℃，误差±5%", ["±2", "±5%"]),
        ("wide clock", "14：30和8：05，图3：12", ["14：30", "8：05"]),
        ("grouped number", "1，000，10³", ["1，000", "10³"]),
        ("arrow", "a->b，⇒，<=", ["->", "⇒", "<="]),
        ("face", "好T_T，(^_^)，(´･ω･`)，a_a，(ω)，(8)", ["T_T", "(^_^)", "(´･ω･`)"]),
        ("label", "IP10.0.0.1，IPv6，IP", ["IP"]),
        ("hashtag", "#延迟退休 #退休，好", ["#延迟退休", "#退休"]),
        ("topic", "#延迟退休 #退休 好", []),
        ("craft", "歼-20和东风-41，歼20", ["歼-20", "东风-41"]),
        ("slashes", "吗//@小明，http://a.cn", ["//"]),
        ("stop", "the core.好，3.5.，Mr. Li，。.", [".", "."]),
        ("abbreviation", "Mr. Li，e.g.好", ["Mr.", "e.g."]),
        ("initials", "U.S. GDP", ["U.S."]),
        ("markup", "好</p><br/><a href='x y'>&nbsp;&#39;，3<5", ["</p>", "<br/>", "<a href='x y'>", "&nbsp;", "&#39;"]),
        (
            "address",
            "见example.com/path?x=1&y=2，127.0.0.1:8080/a.php，163.com，a.b",
            ["example.com/path?x=1&y=2", "127.0.0.1:8080/a.php", "163.com"],
        ),
        (
            "address",
            "192.168.1.1，10.0.0.0/8，fe80::1，localhost:80",
            ["192.168.1.1", "10.0.0.0/8", "fe80::1", "localhost:80"],
        ),
        ("address", "3:2:1，a:b，10:30:05", []),
        ("grouped number", "1，000，000元，10³个，10²和１，２", ["1，000，000", "10³", "10²"]),
        ("latin", "H₂O和CO₂，m²", ["H₂O", "CO₂", "m²"]),
        ("kana", "カタカナとひらがな、あ", ["カタカナとひらがな"]),
        ("hangul", "한국어 말", ["한국어"]),
        ("hangul", "テスト한국어テスト", ["한국어"]),
        ("kana", "テスト한국어テスト", ["テスト", "テスト"]),
        ("dashed", "Ｆ—１６飞机", ["Ｆ—１６"]),
        ("name", "列夫·托尔斯泰说，比尔·盖茨", ["列夫·托尔斯泰", "比尔·盖茨"]),
        ("name", "红·黄·蓝", []),
    ],
)
def test_each_pattern_finds_its_own_and_nothing_else(name: str, text: str, expected: list[str]) -> None:
    assert found(text, name) == expected


def test_text_without_patterns_has_no_match() -> None:
    assert find_patterns("今天天气真好。") == []
    assert find_patterns("") == []
    assert find_patterns("\x00\ud800\udfff") == []


@given(naughty_text)
def test_atomic_matches_never_overlap_and_nothing_cuts_them(text: str) -> None:
    matches = find_patterns(text)
    covered = 0
    inside: set[int] = set()
    for match in matches:
        assert 0 <= match.start < match.end <= len(text)
        if match.pattern.atomic:
            assert match.start >= covered
            covered = match.end
            inside.update(range(match.start + 1, match.end))
    assert not [match for match in matches if {match.start, match.end} & inside]
    assert matches == sorted(matches, key=lambda match: (match.start, match.end))


@given(naughty_text)
def test_no_letter_run_and_no_cluster_is_cut(text: str) -> None:
    loaded = scanner.pattern_tables()
    flags = [loaded.flags[loaded.category_of[ord(char)]] for char in text]
    inside = {
        place for match in find_patterns(text) if match.pattern.atomic for place in range(match.start + 1, match.end)
    }
    for place in range(1, len(text)):
        marks = flags[place] & layout.EXTENDS and not flags[place - 1] & layout.IS_SPACE
        letters = flags[place - 1] & flags[place] & layout.IS_ALNUM
        if marks or letters:
            assert place in inside


@given(naughty_text)
def test_width_and_case_do_not_matter_outside_addresses(text: str) -> None:
    wide = text.translate({code: code + 0xFEE0 for code in (*range(0x30, 0x3A), *range(0x61, 0x7B))})
    assert find_patterns(text) == find_patterns(wide)


class CountedRow(list[int]):
    """A row of the automaton that counts how often it is read."""

    steps = 0

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        CountedRow.steps += 1
        return super().__getitem__(index)


@pytest.mark.parametrize(
    "unit",
    ["一", "1", "a", "@", "#", "a.", "#a", "@a", "1,", "a@", "比", "比·", "あ", "한", "\u0301", "👍\u200d",
     "(", "http://", "1:1949", "c++1x", "c++" + "1" * 99, "1,2345", "2024-01-051",
     "3.comm", "x@a.b1", "1:", "1.", "-", "…", " ",
     "第", "第1", "1万", "一点", "# ", "a-", "十又", "🇨", "a@b."],
)  # fmt: skip
def test_the_cost_is_linear_whatever_the_text(unit: str) -> None:
    loaded = scanner.pattern_tables()
    rows = [CountedRow(row) for row in loaded.transitions]
    counted = scanner.Tables(
        loaded.category_of, loaded.flags, loaded.classes, list(rows), loaded.accepts, loaded.pattern_flags
    )
    steps = []
    for size in (2000, 4000):
        CountedRow.steps = 0
        scanner.scan(counted, unit * (size // len(unit)))
        steps.append(CountedRow.steps)
        assert CountedRow.steps <= size * (layout.LOOKAHEAD + 1)
    assert steps[1] <= 2.1 * steps[0] + layout.LOOKAHEAD**2


@pytest.mark.parametrize("run", ["a" * 1000, "1" * 1000, "a1" * 500, "1a" * 500, "a" + "\u0301" * 1000, " " * 1000])
def test_a_long_run_is_one_token(run: str) -> None:
    assert atoms(f"走{run}走") == [run]


@pytest.mark.parametrize("text", ["1,2345", "1:1949", "2024-01-051", "163.community", "c++11x", "@" + "a" * 40])
def test_no_match_ends_inside_a_run_of_letters_or_digits(text: str) -> None:
    ends = {match.end for match in find_patterns(text)}
    assert not [end for end in ends if end < len(text) and text[end - 1].isalnum() and text[end].isalnum()]


def test_the_length_of_a_topic_is_bounded() -> None:
    assert found("#" + "题" * 140 + "#", "topic")
    assert not found("#" + "题" * 180 + "#", "topic")


def test_a_mention_has_at_most_30_characters() -> None:
    assert found("@" + "名" * 40, "mention") == ["@" + "名" * 30]


def test_atomic_patterns_stand_first_and_are_named_once() -> None:
    kinds = [pattern.atomic for pattern in PATTERNS]
    assert kinds == sorted(kinds, reverse=True)
    assert len({pattern.name for pattern in PATTERNS}) == len(PATTERNS)


def test_a_match_shows_what_it_is() -> None:
    match = find_patterns("12")[0]
    assert match == PatternMatch(0, 2, match.pattern)
    assert match != PatternMatch(0, 1, match.pattern)
    assert len({match, PatternMatch(0, 2, match.pattern)}) == 1
    assert repr(match) == "Match(0, 2, number)"
    assert repr(match.pattern) == "Pattern('number', atomic=True)"
