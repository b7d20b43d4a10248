"""Every format of entities is read and written without loss; what is broken or cannot be written is named."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnlp.corpus.brat import BratWriter
from cnlp.corpus.entities import Sentence
from cnlp.corpus.entity_formats import ENTITY_READERS, WRITERS, detect_entities, read_entities
from cnlp.corpus.pfr import format_pfr
from cnlp.corpus.registry import chosen_folder
from cnlp.errors import ArgumentError, FormatError

BEIJING = Sentence("他在北京大学", ((2, 6, "ORG"),))
NESTED = Sentence("他在北京大学", ((2, 4, "LOC"), (2, 6, "ORG")))
CORPORA = [
    ("msra/train.bio.txt", "bio", 50658, 74703),
    ("msra/test.char.bmes", "bmes", 4365, 6181),
    ("resume/train.char.bmes", "bmes", 3821, 13436),
    ("resume/dev.char.bmes", "bmes", 463, 1497),
    ("resume/test.char.bmes", "bmes", 477, 1630),
    ("weibo/weiboNER_2nd_conll.train", "weibo", 1350, 1885),
    ("weibo/weiboNER_2nd_conll.dev", "weibo", 270, 389),
    ("weibo/weiboNER_2nd_conll.test", "weibo", 270, 414),
    ("cluener2020/train.json", "cluener", 10748, 23971),
    ("ecommerce/train.txt", "bio", 6000, 29397),
    ("ecommerce/dev.txt", "bio", 998, None),
    ("youku/train.txt", "bio", 8001, 12754),
    ("youku/dev.txt", "bio", 1000, None),
]


def write(folder: Path, format: str, sentences: list[Sentence]) -> Path:
    """The sentences in a file."""
    path = folder / "a.txt"
    if format == "brat":
        writer = BratWriter()
        text, annotations = zip(("", ""), *map(writer.format, sentences), strict=True)
        path.with_suffix(".ann").write_bytes("".join(annotations).encode())
        path.write_bytes("".join(text).encode())
    else:
        path.write_bytes("".join(map(WRITERS[format], sentences)).encode())
    return path


@st.composite
def sentences(draw: st.DrawFn) -> Sentence:
    """Pieces of text side by side, with a label or without; persons do not touch, and nothing is white space."""
    pieces = draw(
        st.lists(
            st.tuples(
                st.text(st.characters(exclude_categories=["Cs", "Z", "Cc"]), min_size=1, max_size=4),
                st.sampled_from(["", "", "LOC", "ORG"]),
            ),
            min_size=1,
            max_size=8,
        )
    )
    text, spans = "", []
    for piece, label in pieces:
        if label and not piece.startswith("["):
            spans.append((len(text), len(text) + len(piece), label))
        text += piece
    return Sentence(text, tuple(spans))


LONG = Sentence("他在北京大学读书", ((2, 6, "ORG"),))


@pytest.mark.parametrize("format", [*WRITERS, "brat"])
@given(st.lists(sentences(), max_size=4))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, format: str, written: list[Sentence]
) -> None:
    path = write(tmp_path_factory.getbasetemp(), format, written)
    assert list(read_entities(path, format)) == written


@pytest.mark.parametrize("format", [*ENTITY_READERS])
def test_the_format_is_told(tmp_path: Path, format: str) -> None:
    if format == "weibo":
        path = tmp_path / "weibo"
        path.write_text("北0\tB-LOC\n京1\tI-LOC\n去0\tO\n", encoding="utf-8")
    else:
        path = write(tmp_path, format, [Sentence("他去北京和上海了", ((2, 4, "LOC"), (5, 7, "LOC"))), LONG])
    assert detect_entities(path) == ("bio" if format == "conll" else format)  # whose columns are read alike


@pytest.mark.parametrize("content", ["", "\n\n", "他去北京了\n"])
def test_what_has_no_format_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "raw.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FormatError, match=r"raw.txt:1: the f"):
        detect_entities(path)


@pytest.mark.parametrize("format", ["cluener", "jsonl", "brat"])
def test_spans_may_overlap_where_the_format_can_hold_them(tmp_path: Path, format: str) -> None:
    path = write(tmp_path, format, [NESTED])
    assert list(read_entities(path, format)) == [NESTED]
    assert list(read_entities(path, format, repair="begin")) == [BEIJING]


@pytest.mark.parametrize("format", ["bio", "bmes", "iobes", "conll", "pfr"])
def test_spans_that_overlap_are_named_where_it_cannot(format: str) -> None:
    with pytest.raises(
        ArgumentError, match=r"'北京'.*overlaps '北京大学'|cannot separate '北京大学' from the text before"
    ):
        WRITERS[format](NESTED)


def test_pfr_has_persons_places_and_organisations_the_outermost_of_each(tmp_path: Path) -> None:
    path = tmp_path / "pfr.txt"
    path.write_text(
        "19980101-01-001-001/m  [[北京/ns  大学/n]nt  附中/n]nt  的/u  王/nr  小川/nr  去/v  "
        "[/w  上海/nsf  ]/w  [世界/n  杯/n]nz\n",
        encoding="utf-8",
    )
    text = "北京大学附中的王小川去[上海]世界杯"
    assert list(read_entities(path, "pfr")) == [Sentence(text, ((0, 6, "ORG"), (7, 10, "PER"), (12, 14, "LOC")))]


def test_persons_whose_names_touch_are_parted_as_in_the_corpus(tmp_path: Path) -> None:
    touching = Sentence("江泽民李鹏克林顿欧阳山尊", ((0, 3, "PER"), (3, 5, "PER"), (5, 8, "PER"), (8, 12, "PER")))
    assert list(read_entities(write(tmp_path, "pfr", [touching]), "pfr")) == [touching]


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        (Sentence("a b", ()), "separates words by white space"),
        (Sentence("北京", ((0, 2, "address"),)), "unknown label for PFR 'address'; choose one of: PER, LOC, ORG"),
        (Sentence("王小川", ((0, 1, "PER"), (1, 3, "PER"))), "cannot separate adjacent names of persons"),
        (Sentence("[北京", ((0, 3, "LOC"),)), r"cannot separate '\[北京' from the text before it"),
    ],
)
def test_what_pfr_cannot_hold_is_refused(sentence: Sentence, reason: str) -> None:
    with pytest.raises(ArgumentError, match=reason):
        format_pfr(sentence)


@pytest.mark.parametrize(
    ("format", "line", "reason"),
    [
        ("cluener", "{", "not JSON"),
        ("cluener", "[]", 'expected an object with a "text"'),
        ("cluener", '{"text": "北京"}', 'expected "label": {label: {mention:'),
        (
            "cluener",
            '{"text": "北京", "label": {"LOC": {"北京": [[0, 2]]}}}',
            r"span \(0, 3\) is empty or reaches outside",
        ),
        ("cluener", '{"text": "北京", "label": {"LOC": {"北": [[1, 1]]}}}', r"span \(1, 2\) holds '京', not '北'"),
        ("cluener", '{"text": "北京", "label": {"LOC": {"北": [["0", 0]]}}}', "expected "),
        ("jsonl", '{"text": "北京", "entities": [[0, 2, "LOC"]]}', 'expected "entities": '),
        ("jsonl", '{"text": "北京", "entities": [{"start": 0, "end": 2}]}', 'expected "entities": '),
        ("jsonl", '{"text": "北京", "entities": [{"start": 1, "end": 1, "label": "A"}]}', r"span \(1, 1\) is empty"),
        ("pfr", "北京", "expected word/tag, got '北京'"),
        ("pfr", "北京/ns]nt", "bracket closed but never opened"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, format: str, line: str, reason: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(FormatError, match=rf"a\.txt:2: {reason}"):
        list(read_entities(path, format))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("T1 LOC 0 2", "expected T1<TAB>LABEL START END<TAB>TEXT"),
        ("T1\tLOC 0 2;3 4\t北京", "T1 must be one piece"),
        ("T1\tLOC 1 3\t北京", "T1 is '北京' at 1 to 3, but '京\\\\n' is there"),
        ("T1\tLOC 0 9\t北京", "T1 is '北京' at 0 to 9, but the text ends at 5"),
        ("T1\tLOC 1 4\t京\\n上", "T1 is "),
    ],
)
def test_a_broken_annotation_is_named(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text("北京\n上海", encoding="utf-8")
    path.with_suffix(".ann").write_text(f"#1\tnote\n{line}\n", encoding="utf-8")
    with pytest.raises(FormatError, match=rf"a\.ann:2: {reason}"):
        list(read_entities(path, "brat"))


def test_brat_counts_line_endings_as_they_are_and_skips_other_annotations(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("他\r\n\r\n在北京\r\n".encode())
    path.with_suffix(".ann").write_bytes("T1\tLOC 6 8\t北京\r\nR1\tIn Arg1:T1 Arg2:T1\r\nA1\tX T1\r\n".encode())
    assert list(read_entities(path.with_suffix(".ann"), "brat")) == [
        Sentence("他", ()),
        Sentence("在北京", ((1, 3, "LOC"),)),
    ]


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ArgumentError, match="unknown format 'xml'; choose one of: bio, bmes"):
        list(read_entities("a", "xml"))


@pytest.mark.parametrize(("name", "format", "total", "entities"), CORPORA)
def test_the_public_corpora_are_read_without_loss(
    tmp_path: Path, name: str, format: str, total: int, entities: int | None
) -> None:
    corpus = chosen_folder() / "ner" / name
    if not corpus.is_file():
        pytest.skip(f"{name} is not in the data folder")
    repaired = list(read_entities(corpus, format, repair=None if format == "cluener" else "drop"))
    assert len(repaired) == total
    assert entities is None or sum(len(each.spans) for each in repaired) == entities
    assert "".join(each.text for each in repaired) == characters(corpus, format)
    backs = ("jsonl", "brat") if format == "cluener" else ("bio", "bmes", "iobes", "conll", "jsonl", "brat", "cluener")
    for back in backs:
        some = repaired if back in ("bio", "jsonl") else repaired[:2000]
        assert list(read_entities(write(tmp_path, back, some), back)) == some


def test_the_peoples_daily_is_read_without_loss(tmp_path: Path) -> None:
    corpus = chosen_folder() / "cws" / "pfr1998" / "199801.txt"
    if not corpus.is_file():
        pytest.skip("PFR is not in the data folder")
    paragraphs = list(islice(read_entities(corpus, "pfr"), 2000))
    for back in ("pfr", "bio", "brat"):
        assert list(read_entities(write(tmp_path, back, paragraphs), back)) == paragraphs


def characters(corpus: Path, format: str) -> str:
    """The text of a corpus, read in the simplest way that can be."""
    lines = corpus.read_bytes().decode().replace("\r\n", "\n").split("\n")
    if format == "cluener":
        return "".join(json.loads(line)["text"] for line in lines if line)
    tokens = [line[: line.rindex("\t" if "\t" in line else " ")] for line in lines if line]
    if format == "weibo":
        tokens = [token[: max(1, len(token.rstrip("0123456789")))] for token in tokens]
    return "".join(tokens)


def test_the_broken_tags_of_the_public_corpora_are_refused_unless_they_are_repaired() -> None:
    corpus = chosen_folder() / "ner" / "weibo" / "weiboNER_2nd_conll.test"
    if not corpus.is_file():
        pytest.skip("Weibo is not in the data folder")
    with pytest.raises(FormatError, match=r"\.test:4450: BIO: 'I-PER\.NOM' at position 77 is not allowed after 'O'"):
        list(read_entities(corpus, "weibo"))
    assert sum(len(each.spans) for each in read_entities(corpus, "weibo", repair="begin")) == 418


def test_every_format_that_is_read_is_written_but_weibos() -> None:
    assert set(ENTITY_READERS) - {*WRITERS, "brat"} == {"weibo"}


def test_a_faulty_line_is_named_where_the_format_was_guessed(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("中\tB-LOC\n国\tI-LOC\n坏\n", encoding="utf-8")
    with pytest.raises(FormatError, match=r"a\.txt:3: "):
        list(read_entities(path, detect_entities(path)))


ENGLISH = "Hello O\nWorld B-ORG\n! O\nNew B-LOC\nYork I-LOC\n在 O\n北 B-LOC\n京 I-LOC\n\niPhone O\n15 O\n\n"


@pytest.mark.parametrize("form", ["bio", "bmes", "iobes", "conll"])
def test_english_tokens_stay_tokens(form: str, tmp_path: Path) -> None:
    source, target = tmp_path / "a.bio", tmp_path / "b.txt"
    source.write_text(ENGLISH, encoding="utf-8")
    first = list(read_entities(source, "bio"))
    assert [sentence.text for sentence in first] == ["Hello World!New York在北京", "iPhone 15"]
    assert [first[0].text[start:end] for start, end, _ in first[0].spans] == ["World", "New York", "北京"]
    target.write_text("".join(map(WRITERS[form], first)), encoding="utf-8")
    assert [line.split()[0] for line in target.read_text(encoding="utf-8").split("\n") if line] == [
        line.split()[0] for line in ENGLISH.split("\n") if line
    ]
    assert list(read_entities(target, form)) == first


@pytest.mark.parametrize("form", ["jsonl", "cluener"])
def test_formats_of_text_keep_the_blanks_between_english_tokens(form: str, tmp_path: Path) -> None:
    source, target = tmp_path / "a.bio", tmp_path / "b.txt"
    source.write_text(ENGLISH, encoding="utf-8")
    first = list(read_entities(source, "bio"))
    target.write_text("".join(map(WRITERS[form], first)), encoding="utf-8")
    assert list(read_entities(target, form)) == first


def test_pfr_keeps_english_words_apart(tmp_path: Path) -> None:
    source, target = tmp_path / "a.bio", tmp_path / "b.txt"
    source.write_text("Hello O\nWorld O\n北 B-LOC\n京 I-LOC\n", encoding="utf-8")
    target.write_text("".join(map(format_pfr, read_entities(source, "bio"))), encoding="utf-8")
    assert target.read_text(encoding="utf-8").split() == ["Hello/x", "World/x", "北京/ns"]


def test_characters_of_a_corpus_of_characters_are_not_parted(tmp_path: Path) -> None:
    source = tmp_path / "a.bio"
    source.write_text("C O\nC O\nT O\nV O\n1 O\n3 O\n", encoding="utf-8")
    assert next(iter(read_entities(source, "bio"))).text == "CCTV13"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("他 O\n在 O\n北京\n去 O\n", 3),
        ("他 O\n在\n", 2),
        ("他 O\n在\n北\n京\n", 2),
        ("\n\n他\n", 3),
        ("他 O\n在 O\n北 I-LOC\n", 3),
        ('{"text": "好", "entities": []}\n\n{"text": "好"\n', 3),
        ("他/r  在/p\n\n北京\n", 3),
    ],
)
def test_the_line_of_a_fault_is_named_without_a_format(text: str, line: int, tmp_path: Path) -> None:
    path = tmp_path / "a.dat"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=rf"a\.dat:{line}: "):
        list(read_entities(path, detect_entities(path)))
