"""Gazetteers: what their files may say, where their entries are found, what of them becomes an entity."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from gazetteers import ALPHABET, labels, texts
from hypothesis import given
from hypothesis import strategies as st

from cnlp.errors import ArgumentError, EncodingError, FormatError, ModelError, TextTypeError
from cnlp.lexicon.runs import is_inside_run
from cnlp.lexicon.trie import Trie
from cnlp.ner.gazetteer import GAZETTEER_MODES, Gazetteer, GazetteerEntry, GazetteerMatch, read_gazetteer
from cnlp.text.normalise import normalise


def write(folder: Path, content: str) -> Path:
    path = folder / "names.tsv"
    path.write_bytes(content.encode("utf-8"))
    return path


def found(gazetteer: Gazetteer, text: str) -> list[tuple[str, str, str | None]]:
    return [(entity.text, entity.label, entity.name) for entity in gazetteer.entities(text)]


def test_a_file_has_text_label_mode_and_name(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "\ufeff# places\n#\n\n北京\tLOC\r\n北大\tORG\t\t北京大学\nAI\tTECH\tforce,partial\n北京烤鸭\t\tblock\n"
        "#1\tRANK\n# 北京\tLOC\n \tBLANK\n",
    )
    assert list(read_gazetteer(path)) == [
        GazetteerEntry("北京", "LOC"),
        GazetteerEntry("北大", "ORG", "prefer", "北京大学"),
        GazetteerEntry("AI", "TECH", "force", None, True),
        GazetteerEntry("北京烤鸭", "", "block"),
        GazetteerEntry("#1", "RANK"),
        GazetteerEntry(" ", "BLANK"),
    ]
    assert len(Gazetteer(path)) == 6


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("北京", "the label is empty; only a block can do without"),
        ("北京\t\tforce", "the label is empty; only a block can do without"),
        ("\tLOC", "the text is empty"),
        ("北京\tLOC\tforced", "unknown mode 'forced'; choose one of: prefer, force, block"),
        ("北京\tLOC\tforce,regex", "unknown flag 'regex'; choose one of: partial"),
        ("北京\tLOC\t\t\t", r"at most 4 fields \(text, label, mode, name\), got 5"),
        ("京" * 1001 + "\tLOC", "the text has 1001 characters, at most 1000 are allowed"),
    ],
)
def test_a_broken_line_is_named_by_file_and_line(tmp_path: Path, line: str, reason: str) -> None:
    path = write(tmp_path, f"南京\tLOC\n{line}\n")
    with pytest.raises(FormatError, match=rf"names\.tsv:2: {reason}"):
        Gazetteer(path)


def test_a_file_in_another_encoding_is_read_and_one_in_none_is_named_by_byte(tmp_path: Path) -> None:
    path = tmp_path / "names.tsv"
    path.write_bytes("AI\tTECH\n北京\tLOC\n".encode("gb18030"))
    assert found(Gazetteer(path), "在北京") == [("北京", "LOC", None)]
    path.write_bytes(b"AI\tTECH\n\xff\xff\xff\tLOC\n")
    with pytest.raises(EncodingError, match="not utf-8 at byte 8"):
        Gazetteer(path)


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Gazetteer(tmp_path / "none.tsv")


@pytest.mark.parametrize("entry", [("", "LOC"), ("北京", ""), ("北京", "LOC", "maybe"), ("京" * 1001, "LOC"), "北京"])
def test_entries_that_mean_nothing_are_refused(entry: object) -> None:
    with pytest.raises(ArgumentError):
        Gazetteer([entry])  # type: ignore[list-item]


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(TextTypeError):
        Gazetteer([(1, "LOC")])
    with pytest.raises(TextTypeError):
        Gazetteer([("北京", None)])
    with pytest.raises(TextTypeError, match="decode it first"):
        Gazetteer([("北京", "LOC")]).matches(b"...")  # type: ignore[arg-type]


def test_width_case_and_script_do_not_matter_unless_asked() -> None:
    assert found(Gazetteer([("臺灣ABC", "X")]), "在台湾ＡＢＣ和臺灣abc。") == [
        ("台湾ＡＢＣ", "X", None),
        ("臺灣abc", "X", None),
    ]
    exact = Gazetteer([("臺灣ABC", "X")], width=False, case=False, script=False)
    assert found(exact, "台湾ABC臺灣ＡＢＣ臺灣abc臺灣ABC") == [("臺灣ABC", "X", None)]


def test_nothing_is_found_inside_a_run_of_letters_or_digits_unless_partial() -> None:
    assert found(Gazetteer([("AI", "TECH"), ("12", "N")]), "AIR和AI，123") == [("AI", "TECH", None)]
    partial = Gazetteer([("AI", "TECH", "prefer", None, True)])
    assert found(partial, "AIR") == [("AI", "TECH", None)]


def test_a_longer_entry_inside_a_run_does_not_hide_a_shorter_one() -> None:
    assert found(Gazetteer([("苹果", "ORG"), ("苹果A1", "PRODUCT")]), "苹果A15") == [("苹果", "ORG", None)]


def test_aliases_lead_to_one_name() -> None:
    gazetteer = Gazetteer([("北大", "ORG", "prefer", "北京大学"), ("Peking University", "ORG", "prefer", "北京大学")])
    assert {entity.name for entity in gazetteer.entities("北大即peking university")} == {"北京大学"}


def test_the_last_of_equal_entries_counts() -> None:
    gazetteer = Gazetteer([("華盛頓", "PER"), ("华盛顿", "LOC")])
    assert len(gazetteer) == 1 and found(gazetteer, "华盛顿") == [("华盛顿", "LOC", None)]
    again = Gazetteer([("国", "A"), ("國", "B"), ("国", "C")])
    assert found(again, "國") == [("國", "C", None)]


def test_a_forced_entry_wins_over_a_longer_one_and_a_block_removes_what_is_inside() -> None:
    gazetteer = Gazetteer(
        [
            ("北京", "LOC"),
            ("北京大学", "ORG"),
            ("大学", "ORG", "force"),
            ("北京烤鸭", "", "block"),
            ("北京烤鸭店", "ORG"),
        ]
    )
    assert found(gazetteer, "北京大学") == [("北京", "LOC", None), ("大学", "ORG", None)]
    assert found(gazetteer, "吃北京烤鸭") == []
    assert found(gazetteer, "去北京烤鸭店") == [("北京烤鸭店", "ORG", None)]


def test_a_block_with_a_label_leaves_the_others() -> None:
    gazetteer = Gazetteer([("黄山", "LOC"), ("黄山烧饼", "LOC", "block"), ("烧饼", "FOOD")])
    assert found(gazetteer, "黄山烧饼") == [("烧饼", "FOOD", None)]


@given(
    st.lists(
        st.tuples(st.text(st.sampled_from(ALPHABET), min_size=1, max_size=4), labels, st.sampled_from(GAZETTEER_MODES))
    ),
    texts,
)
def test_every_entry_is_found_wherever_it_stands(entries: list[tuple[str, str, str]], text: str) -> None:
    gazetteer = Gazetteer(entries, boundaries="any")
    known = {normalise(word): (label, mode) for word, label, mode in entries}
    folded = normalise(text)
    assert gazetteer.matches(text) == [
        GazetteerMatch(start, end, *known[folded[start:end]], None)
        for start in range(len(text))
        for end in range(start + 1, len(text) + 1)
        if folded[start:end] in known and not (is_inside_run(text, start) or is_inside_run(text, end))
    ]


def test_a_saved_gazetteer_is_the_same_when_mapped(tmp_path: Path) -> None:
    built = Gazetteer(
        [("北大", "ORG", "force", "北京大学"), ("AI", "技", "prefer", None, True), ("北京烤鸭", "", "block")]
    )
    path = tmp_path / "names.safetensors"
    built.save(path)
    mapped = Gazetteer.load(path)
    text = "北大的AIR在吃北京烤鸭"
    assert mapped.matches(text) == built.matches(text) and len(mapped.matches(text)) == len(mapped) == 3
    mapped.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == path.read_bytes()
    Trie.build(["a"]).save(path)
    with pytest.raises(ModelError, match="gazetteer"):
        Gazetteer.load(path)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "names.safetensors"
    Gazetteer([("北大", "ORG")]).save(path)
    path.write_bytes(path.read_bytes().replace(b'[["ORG', b'[["ORG'[::-1]))
    with pytest.raises(ModelError, match="damaged: the data do not match their checksum"):
        Gazetteer.load(path)


def test_an_empty_gazetteer_finds_nothing() -> None:
    assert Gazetteer([]).entities("北京") == Gazetteer([("北京", "LOC")]).entities("") == []


def test_threads_share_one_gazetteer() -> None:
    gazetteer = Gazetteer([("北京", "LOC"), ("北京大学", "ORG")])
    text = "他在北京大学，她在北京。" * 20
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(gazetteer.entities, [text] * 64))
    assert all(result == results[0] for result in results) and len(results[0]) == 40


def test_a_million_characters_on_one_line() -> None:
    gazetteer = Gazetteer([("北京", "LOC"), ("啊" * 50, "X"), ("a" * 50, "Y"), ("1" * 50, "Z")])
    for text in ("啊" * 10**6, "a" * 10**6, "1" * 10**6, "北京\ud800" * 300_000):
        result = gazetteer.entities(text)
        assert all(text[entity.start : entity.end] == entity.text for entity in result)
