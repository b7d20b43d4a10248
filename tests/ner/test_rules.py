"""Rules: what each finds, what it leaves alone, and that no text and no expression makes it slow."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnlp.errors import ArgumentError, TextTypeError
from cnlp.ner.rules import RULE_NAMES, Rules

RULES = Rules()

EXAMPLES = """
date   2024年3月5日
date   二〇二四年三月五日
date   二○二四年三月五日
date   2024 年 3 月 5 日
date   ２０２４年３月５日
date   2024年3月5号
date   2024年2月29日
date   2024年
date   1990年代
date   公元前221年
date   民国三十八年
date   民国元年五月
date   98年3月
date   九八年十二月三十一日
date   3月5日
date   三月初五日
date   十二月
date   12月份
date   腊月廿三日
date   正月初一日
date   2024-03-05
date   2024/3/5
date   2024.03.05
date   2024-03-05T12:30:00Z
date   2024-03-05T12:30:00+08:00
date   2024年3月5日（星期二）
date   3月5日周二
date   二〇二四年三月五號
time   12:30
time   12:30:59
time   23：59
time   12:30 pm
time   8时30分
time   8時30分
time   8时
time   二十时三十分
time   三点半
time   三点一刻
time   3点钟
time   十二点整
time   3点05分20秒
time   下午三点
time   晚上8点30
time   凌晨2时
time   上午 9:00
money  300万元
money  三百万元
money  十元
money  两元
money  12.5亿美元
money  1,234,567.89元
money  ￥99.00
money  ¥ 99
money  US$1,000
money  HK$50万
money  100 USD
money  人民币5000元
money  5000元人民币
money  五百元整
money  3元5角
money  五毛钱
money  十块钱
money  三万块
money  三万五千块
money  数百万元
money  几十亿欧元
money  100多亿美元
money  一百余万元
money  二点五亿元
money  １００元
money  三百萬元
money  5万亿元
money  伍仟元整
money  贰拾万元
money  叁佰伍拾元陆角
money  十几块钱
money  5000块
money  20-30万元
money  20万至30万元
money  二十到三十万元
phone  13812345678
phone  138-1234-5678
phone  138 1234 5678
phone  +86 13812345678
phone  +86-138-1234-5678
phone  (+86)13812345678
phone  １３８１２３４５６７８
phone  010-62345678
phone  01062345678
phone  (010)62345678
phone  （0571）87654321
phone  0571-8765432
phone  010-62345678-801
phone  021-62345678转8012
phone  400-800-1234
phone  4008001234
phone  +1 650-253-0000
id     11010519491231002X
id     11010519491231002x
id     440524188001010014
plate  京A12345
plate  粤B·1234挂
plate  粤B·D12345
plate  沪AD12345
plate  苏E12345F
plate  粤Z1234港
plate  新A88888
plate  京A 12345
email  name@example.com
email  first.last+tag@mail.example.com.cn
email  123456@qq.com
email  ｎａｍｅ@example.com
url    https://example.com
url    http://example.com/a?b=1&c=d#e
url    www.example.com
url    HTTPS://EXAMPLE.COM/PATH.HTML
"""

# What looks like an entity of the rule and is none.
COUNTER_EXAMPLES = """
date   2024年13月5日 2024年
date   2023-13-05
date   2024-02-30
date   2024-03/05
date   3个月
date   三年
date   一百年
date   十月怀胎 十月
date   192.168.2024.1.1.5
date   2024-03-05-1
date   版本2024.3.5.1
date   13月5日
date   4月31日 4月
time   25:00
time   12:60
time   3:2
time   1.12:30
time   三点建议
time   一时
time   24小时
time   12时装
time   3点60分
time   3个小时
money  张三赔偿李四人民币
money  5000块砖
money  2024-03-05元
money  二元
money  一元二次方程
money  多元
money  2024元旦
money  10元素
money  公元
money  三块石头
money  5分
money  美元
phone  1381234567
phone  138123456789
phone  12812345678
phone  010-12345678
phone  0571-876543
phone  400-80-123
phone  3.13812345678
phone  A13812345678
phone  +12 345
id     110105194912310021
id     11010519491331002X
id     710105194912310028
id     1101051949123100200
plate  京A1234
plate  京I12345
plate  京AB12CD
plate  新Mate60
plate  京a12345
plate  云Apple12
email  name@example
email  @example.com
email  a@b.c
url    http://
url    xhttp://example.com
url    example.com
"""


def rows(table: str) -> list[tuple[str, str]]:
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in table.strip().splitlines()]


@pytest.mark.parametrize(("name", "example"), rows(EXAMPLES))
def test_an_example_is_found_as_a_whole(name: str, example: str) -> None:
    for around in ("{}", "（{}）", "是{}，", "他{}的", "{}\n", "\ud800{}👍"):
        found = [(each.text, each.label) for each in RULES.entities(around.format(example))]
        assert (example, name.upper()) in found


@pytest.mark.parametrize(("name", "example"), rows(COUNTER_EXAMPLES))
def test_a_counter_example_is_not_found(name: str, example: str) -> None:
    text, _, part = example.partition(" ")
    known = [part] if part.endswith(("年", "月")) else []
    text = text if known else example
    assert [each.text for each in Rules([name]).entities(f"（{text}）")] == known


def test_rules_are_switched_by_name() -> None:
    text = "3月5日，name@example.com"
    assert [each.label for each in Rules(["email"]).entities(text)] == ["EMAIL"]
    assert Rules([]).entities(text) == []
    assert {each.label for each in Rules(RULE_NAMES).entities(text)} == {"DATE", "EMAIL"}
    with pytest.raises(ArgumentError, match="unknown rule 'dates'; choose one of: date, time, money"):
        Rules(["dates"])


def test_own_expressions_come_with_their_labels() -> None:
    rules = Rules(["date"], [("PART", r"[A-Z]{2}-?\d{3,4}"), ("课", "第[一二三四五六七八九十\\d]{1,3}课")])
    found = [(each.text, each.label) for each in rules.entities("3月5日学第十二课，用ab1234和ＡＢ-123，不是XAB123")]
    assert found == [("3月5日", "DATE"), ("第十二课", "课"), ("ab1234", "PART"), ("ＡＢ-123", "PART")]


def test_an_expression_may_begin_with_any_character() -> None:
    rules = Rules(["date"], [("TITLE", "《[^》]+》"), ("TWICE", r".的.")])
    assert [each.text for each in rules.entities("看《三国》和我的书，3月5日")] == ["《三国》", "我的书", "3月5日"]


def test_an_expression_that_cannot_be_used_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"uses \(\?=, which cannot be matched in linear time"):
        Rules([], [("X", "(?=a)")])


def test_an_expression_without_label_is_refused() -> None:
    with pytest.raises(ArgumentError, match="the label of the expression 'a' is empty"):
        Rules([], [("", "a")])


@given(st.text(st.sampled_from("年月日时点分元0123456789一二三十百千万〇:.-/ @a京A￥+(转《\ud800"), max_size=40))
def test_whatever_the_text_the_result_is_sorted_free_of_overlaps_and_exact(text: str) -> None:
    found = RULES.entities(text)
    assert all(text[each.start : each.end] == each.text for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize(
    "unit", ["1", "一", "a", "a.", "a@", "1-", "1,234", "+1 ", "2024年", "http://", "京A", "👍", "\ud800"]
)
def test_long_texts_of_one_piece_take_a_linear_number_of_steps(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def steps(text: str) -> int:
        counted = 0

        class Counting(str):
            def __getitem__(self, place: object) -> str:
                nonlocal counted
                counted += 1
                return str.__getitem__(self, place)  # type: ignore[index]

        RULES.find(Counting(text))
        return counted

    short, long = steps(unit * 500), steps(unit * 2000)
    assert long <= 4.5 * short + 1000


def test_only_text_is_searched() -> None:
    with pytest.raises(TextTypeError):
        RULES.find(b"2024")  # type: ignore[arg-type]
