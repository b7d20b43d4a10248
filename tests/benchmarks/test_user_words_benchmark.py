"""The benchmark of users' words: what it lists, and what it counts as found."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks.measure import user_words
from benchmarks.peers.environments import PeerError

GOLD = [
    ["我们", "研究", "机器", "学习"],
    ["机器", "学习", "很", "有趣"],
    ["杭研", "大厦", "在", "杭州"],
    ["研究", "杭研", "大厦"],
]


def known(word: str) -> bool:
    return word != "杭研"


def test_lists_are_made_from_gold_words() -> None:
    lists = user_words.word_lists(GOLD, known, 1)
    assert lists["none"] == ([], [])
    assert set(lists["frequent"][0]) == {word for words in GOLD for word in words}
    assert lists["pairs"][0] == sorted({word for words in GOLD for word in words if len(word) == 2})
    assert lists["unknown"] == (["杭研"], ["杭研"])


def test_nested_terms_are_neighbours_and_share_no_word() -> None:
    words, terms = user_words.word_lists(GOLD, known, 1)["nested"]
    assert terms == ["机器学习", "杭研大厦", "我们研究"]
    assert words[:3] == ["机器学习", "机器", "学习"]


def test_wrong_words_cross_the_ends_of_gold_words_and_are_none() -> None:
    counts = Counter(word for words in GOLD for word in words)
    found = user_words.wrong_words(GOLD, counts, lambda word: word == "学大", 1)
    assert found and all(2 <= len(word) <= 4 for word in found)
    assert "究机" in found and not {"研究", "机器"} & set(found)


def test_recall_counts_occurrences_in_their_places() -> None:
    found = [["我们", "研究", "机器学习"], ["机器", "学习", "很", "有趣"], ["杭研大厦", "在", "杭州"], GOLD[3]]
    assert user_words.recall(GOLD, found, {"机器"}) == 0.5
    assert user_words.recall(GOLD, found, {"杭研", "杭州"}) == pytest.approx(2 / 3)
    assert user_words.recall(GOLD, found, set()) == 1.0


def test_terms_are_the_gold_of_nested_lists() -> None:
    asked: list[list[str]] = []

    def cut(texts: list[str], words: list[str]) -> list[list[str]]:
        asked.append(words)
        joined = [["我们", "研究", "机器学习"], ["机器学习", "很", "有趣"]]
        return joined if words else GOLD[:2]

    lists = {"none": ([], []), "nested": (["机器学习", "机器", "学习"], ["机器学习"])}
    cells = user_words.measure(cut, GOLD[:2], lists)
    assert asked == [[], ["机器学习", "机器", "学习"]]
    assert cells == {"none": {"f1": 1.0, "recall": 1.0}, "nested": {"f1": 1.0, "recall": 1.0}}


def test_every_system_is_measured_on_every_part_and_a_missing_peer_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Peer:
        def __init__(self, name: str) -> None:
            if name != "jieba":
                raise PeerError("cannot be had")

        def ask(self, **request: Any) -> dict[str, Any]:
            return {"words": [list(text) for text in request["texts"]]}

        def close(self) -> None:
            pass

    monkeypatch.setattr(user_words, "Worker", Peer)
    monkeypatch.setattr(user_words, "parts", lambda: iter([("part", GOLD)]))
    monkeypatch.setattr(user_words.records, "new_record", lambda *_, **__: {})
    output = tmp_path / "user-words.json"
    assert user_words.main(["--output", str(output)]) == 0
    part = json.loads(output.read_text(encoding="utf-8"))["results"]["part"]
    assert part["words"] == 15 and part["listed"]["unknown"] == 1
    assert list(part["systems"]) == ["cnlp", "jieba"]
    assert all(set(cells) == set(part["listed"]) for cells in part["systems"].values())
    assert part["systems"]["cnlp"]["frequent"]["recall"] > part["systems"]["jieba"]["frequent"]["recall"]
    assert "pkuseg: cannot be had" in capsys.readouterr().err
