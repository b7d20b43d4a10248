"""Words that were planted in a text are found, however the text is given."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import cnlp
from cnlp import Candidate, WordDiscovery
from cnlp.discovery.plot import scatter
from cnlp.errors import ArgumentError, EncodingError

PLANTED = ["葡萄", "狐狸", "玻璃", "骆驼", "弼马温", "哥斯达黎"]


def make_text(seed: int = 1, words: int = 20_000) -> str:
    """The planted words among characters that mean nothing together."""
    chance = random.Random(seed)
    noise = [chr(0x4E00 + i) for i in range(900)]
    parts = [chance.choice(PLANTED) if chance.random() < 0.04 else chance.choice(noise) for _ in range(words)]
    return "".join(part + ("，" if chance.random() < 0.1 else "") for part in parts)


TEXT = make_text()


@pytest.mark.parametrize("method", ["entropy", "minimum_entropy"])
def test_planted_words_are_found(method: str) -> None:
    words = cnlp.discover_words(TEXT, method=method)
    assert {word.text for word in words[: len(PLANTED)]} == set(PLANTED)
    assert all(isinstance(word, Candidate) for word in words)
    best = words[0]
    assert TEXT.count(best.text) >= best.count > 50


def test_longer_words_need_a_greater_length() -> None:
    text = TEXT.replace("哥斯达黎", "哥斯达黎加国")
    assert "哥斯达黎加国" in [word.text for word in cnlp.discover_words(text, max_length=6, min_pmi=1.0)]
    assert "哥斯达黎加国" not in [word.text for word in cnlp.discover_words(text, max_length=5, min_pmi=1.0)]


def test_texts_files_and_parts_give_the_same_words(tmp_path: Path) -> None:
    lines = TEXT.split("，")
    (tmp_path / "a.txt").write_text("\n".join(lines[:70]), encoding="utf-8-sig")
    (tmp_path / "b.txt").write_text("\n".join(lines[70:]), encoding="utf-8")
    expected = cnlp.discover_words(TEXT)
    assert cnlp.discover_words(lines) == expected
    assert cnlp.discover_words([tmp_path / "b.txt", tmp_path / "a.txt"]) == expected
    assert cnlp.discover_words([tmp_path / "a.txt", *lines[70:]]) == expected
    parts = WordDiscovery()
    parts.partial_fit(lines[:10]).partial_fit(lines[10:70])
    assert parts.candidates_ != expected
    other = WordDiscovery().fit(tmp_path / "b.txt")
    assert parts.merge(other).candidates_ == expected
    assert parts.fit(TEXT).candidates_ == expected


def test_other_encodings(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_bytes(TEXT.encode("gb18030"))
    assert cnlp.discover_words(tmp_path / "old.txt", encoding="gb18030") == cnlp.discover_words(TEXT)
    with pytest.raises(EncodingError, match=r"old.txt: not utf-8 at byte 0"):
        cnlp.discover_words(tmp_path / "old.txt")


def test_known_words_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "known.tsv").write_text("葡萄\t5\tn\n狐狸\n", encoding="utf-8")
    expected = [word for word in cnlp.discover_words(TEXT) if word.text not in ("葡萄", "狐狸")]
    assert cnlp.discover_words(TEXT, exclude={"葡萄", "狐狸"}) == expected
    assert cnlp.discover_words(TEXT, exclude=tmp_path / "known.tsv") == expected
    new = [word.text for word in cnlp.discover_words(TEXT, exclude=cnlp.load(), top_k=2)]
    assert set(new) <= {"弼马温", "哥斯达黎"}


def test_the_words_make_a_lexicon() -> None:
    lexicon = cnlp.Lexicon([word.text for word in cnlp.discover_words(TEXT, top_k=6)])
    assert "哥斯达黎" in cnlp.segment("他见过哥斯达黎吗", lexicon=lexicon)


def test_settings_are_stored_and_checked_when_they_are_used() -> None:
    finder = WordDiscovery(method="magic")
    assert finder.method == "magic"
    with pytest.raises(ArgumentError, match="unknown method 'magic'; choose one of: entropy, minimum_entropy"):
        finder.fit(TEXT).candidates_  # noqa: B018
    with pytest.raises(ArgumentError, match="min_count must be at least 1"):
        cnlp.discover_words(TEXT, min_count=0)
    assert cnlp.discover_words("") == []


def test_the_plot_names_the_best_words() -> None:
    finder = WordDiscovery().fit(TEXT)
    from cnlp.discovery.scoring import measure

    picture = scatter(measure(finder.counts_.table(5)), finder.candidates_)
    assert picture.startswith("<svg ") and picture.endswith("</svg>\n")
    assert all(f">{word}</text>" in picture for word in PLANTED)


LETTERS_TOUCH = [
    ("K线图", "线图"),
    ("A股账户", "股账户"),
    ("T恤衫", "恤衫"),
    ("𠮷野家", "野家"),
    ("X射线机", "射线机"),
    ("Ｔ恤衫", "恤衫"),
    ("α射线机", "射线机"),
    ("卡拉OK", "卡拉"),
]


@pytest.mark.parametrize("method", ["entropy", "minimum_entropy"])
@pytest.mark.parametrize(("word", "piece"), LETTERS_TOUCH)
def test_what_always_touches_letters_is_no_word(word: str, piece: str, method: str) -> None:
    before, after = "我他她看买说卖爱用在", "很好的了是和也又真吧"
    text = "，".join(left + word + right for left in before for right in after)
    found = [
        candidate.text for candidate in WordDiscovery(method=method, min_count=3, min_pmi=0.1).fit([text]).candidates_
    ]
    assert piece not in found


def test_what_also_occurs_without_letters_is_a_word() -> None:
    before, after = "我他她看买说卖爱用在", "很好的了是和也又真吧"
    text = "，".join(
        left + middle + right for left in before for right in after for middle in ("葡萄", "A葡萄", "3葡萄")
    )
    assert "葡萄" in [candidate.text for candidate in WordDiscovery(min_count=3, min_pmi=0.1).fit([text]).candidates_]
