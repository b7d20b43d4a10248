"""The longest word of a trie is proven, so walks end; sizes in a file are multiplied without wrapping."""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import Any

import pytest
from twins import KERNELS, Arrays, each_kernel, lay, learn

import cnlp
from cnlp._kernel import reference
from cnlp.errors import ModelError
from cnlp.lexicon.trie import Trie
from cnlp.model.format import ModelFile, write_model
from cnlp.model.registry import CORE

BASE = lay({"中国": 5, "中国人": 2, "国人": 3, "人": 9, "大": 1})
UNITS = BASE.ranges["units"]


def with_units(units: array[int]) -> Arrays:
    """The base with another trie."""
    start, size = UNITS
    return BASE._replace(source=BASE.source[:start] + units.tobytes() + BASE.source[start + size :])


def units() -> array[int]:
    start, size = UNITS
    return array("Q", BASE.source[start : start + size])


def node_of(word: str) -> int:
    return int(BASE.trie(reference).find(word)[0])


@each_kernel
def test_longest_word_is_measured(kernel: Any) -> None:
    assert BASE.trie(kernel).longest() == 3
    assert learn([["中国人民解放军", "中"]]).trie(kernel).longest() == 7
    assert BASE._replace(max_length=1 << 31).trie(kernel).longest() == 3


@each_kernel
@pytest.mark.parametrize("word", ["中国人", "国人", "大"])
def test_shared_bases_and_cycles_are_refused(kernel: Any, word: str) -> None:
    changed = units()
    changed[node_of(word)] |= (changed[node_of("中")] >> 16 & 0xFFFFFF) << 16  # its children are those of 中
    with pytest.raises(ValueError, match="the trie is damaged"):
        with_units(changed).trie(kernel).longest()


@each_kernel
def test_nodes_that_no_path_reaches_do_not_count(kernel: Any) -> None:
    changed = units()
    place = len(changed) - 1
    changed[place] = 7 << 16 | 3  # neither a root's child nor at any base
    measured = with_units(changed).trie(kernel).longest()
    assert measured <= BASE.trie(reference).longest()


def test_kernels_measure_alike() -> None:
    import random

    chance = random.Random(0)
    for _ in range(300):
        changed = units()
        for _ in range(chance.choice([1, 2, 5])):
            changed[chance.randrange(len(changed))] = (
                chance.choice([0, 1]) << 40 | chance.randrange(len(changed)) << 16 | chance.randrange(12)
            )
        found: list[object] = []
        for kernel in KERNELS:
            try:
                found.append(with_units(changed).trie(kernel).longest())
            except ValueError as error:
                found.append(str(error))
        assert len(set(found)) == 1, changed


@each_kernel
def test_matches_are_no_longer_than_the_longest_word(kernel: Any) -> None:
    trie = BASE._replace(max_length=2).trie(kernel)
    assert {end - start for start, end, _ in trie.matches("中国人中国")} == {1, 2}


def saved(path: Path, **fields: str) -> Path:
    """A file of the small trie, with other fields."""
    trie = Trie.build(["中国", "中国人"])
    write_model(path, trie.arrays(), {"kind": "trie", **trie.fields, **fields})
    return path


def test_files_whose_longest_word_is_another_are_refused(tmp_path: Path) -> None:
    assert Trie.load(saved(tmp_path / "sound")).max_length == 3
    for length in ("2147483647", "4", "2", "0"):
        with pytest.raises(ModelError, match=f"max_length is {length}, but the longest word has 3 characters"):
            Trie.load(saved(tmp_path / "damaged", max_length=length))


def test_copy_of_the_shipped_lexicon_passes(tmp_path: Path) -> None:
    copy = tmp_path / "core.safetensors"
    copy.write_bytes(Path(CORE).read_bytes())
    assert "北京大学" in cnlp.load(copy)
    assert not ModelFile(copy).is_trusted


@each_kernel
def test_number_of_transitions_does_not_wrap(kernel: Any) -> None:
    changes = {
        "transitions": b"",
        "accepts": bytes(65_536),
        "category_flags": bytes(65_536),
        "category_class": bytes(65_536),
    }
    source, ranges = BASE.source, dict(BASE.ranges)
    for name, data in changes.items():
        ranges[name] = len(source), len(data)
        source += data
    with pytest.raises(ValueError, match="the pattern table is damaged"):
        BASE._replace(source=source, ranges=ranges).model(kernel)
