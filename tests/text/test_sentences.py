"""Sentences: nothing is lost, and they end where a careful reader ends them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnlp.errors import TextTypeError
from cnlp.text.sentences import LONGEST_QUOTATION, sentence_spans, sentences


@given(st.text(st.one_of(st.sampled_from('。！？!?….“”「」（）《》"\n\r\u2028 　a1走'), st.characters())))
def test_sentences_join_to_the_text(text: str) -> None:
    spans = list(sentence_spans(text))
    assert "".join(sentences(text)) == text
    assert all(start < end for start, end in spans)
    assert [end for _, end in spans[:-1]] == [start for start, _ in spans[1:]]


@pytest.mark.parametrize("text", [None, b"a", 5, ["a"]])
def test_only_text_has_sentences(text: object) -> None:
    with pytest.raises(TextTypeError, match="text must be str"):
        sentences(text)  # type: ignore[arg-type]


@given(st.text(st.sampled_from("。“” \n走a."), min_size=1))
def test_no_sentence_is_blank_unless_the_text_is(text: str) -> None:
    if not text.isspace():
        assert not any(sentence.isspace() for sentence in sentences(text))


@pytest.mark.parametrize(
    "expected",
    [
        ["你好。", "走吗？", "走！"],
        ["真的吗？！", "嗯……", "好"],
        ["走了…吧。"],
        ["第一行\n", "第二行\r\n", "第三行"],
        ["好。\n\n\n", "走"],
        ["Hello world. ", "Good? ", "Yes!"],
        ["价格是3.5元。", "涨了12.5%。"],
        ["今天很好.", "明天更好."],
        ["他走了...", "我哭了"],
        ["他说“走了...”", "我哭了"],
        ["他等了3.5小时.", "然后走了"],
        ["约占3.5%.", "其余不详."],
        ["今天是2024.03.05.", "天气好."],
        ["他走了．", "我哭了．"],
        ["１．共９．９万人，见图1.2的1.2.3版。", "好"],
        ["昨天比尔.盖茨和史蒂夫.乔布斯来了.", "见www.a.com和A.B.C公司，价格3.5元."],
        ["Mr. Li and Dr. Wang met J. Smith, e.g. here. ", "好"],
        ["1. 第一条。", "2. 第二条。"],
        ["见http://a.cn/x?id=1。", "邮箱a.b@c.cn。"],
        ["他说：“你好。我走了。”", "然后走了。"],
        ["“你好！”", "他说。"],
        ["“你好。”，他说，“走吧。”", "走。"],
        ["「走吧。」", "『好。』"],
        ["《你是谁？》很好看。", "真的。"],
        ["他（真的吗？）来了。", "（完了。）", "好"],
        ["走了。）", "好"],
        ["“没有合上。", "第二句。\n", "第三句。"],
        ['"Hello. World." ', "好"],
        ["“他说：‘走。’然后走了。”", "好。"],
    ],
)
def test_sentences_end_where_a_reader_ends_them(expected: list[str]) -> None:
    assert sentences("".join(expected)) == expected


def test_a_quotation_longer_than_the_bound_is_split_inside() -> None:
    short, long = "走。" * (LONGEST_QUOTATION // 2 - 1), "走。" * LONGEST_QUOTATION
    assert len(sentences(f"“{short}”")) == 1
    assert len(sentences(f"“{long}”")) == LONGEST_QUOTATION


def test_empty_text_has_no_sentence_and_blank_text_one() -> None:
    assert sentences("") == []
    assert sentences(" \n ") == [" \n "]
