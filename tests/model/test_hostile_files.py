"""Files that somebody made on purpose: each fault is a ModelError that names the file, at once, whatever is in it."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cnlp
from cnlp import errors
from cnlp.lexicon.compile import compile_lexicon
from cnlp.model.format import MAX_HEADER, ModelFile, write_model
from cnlp.model.registry import CORE, path_of
from cnlp.ner.gazetteer import Gazetteer
from cnlp.segmentation.bigram import Bigram
from cnlp.segmentation.hmm import HiddenMarkovModel

DEEP = b"[" * 100_000


def refusal(load: Callable[[Path], Any], path: Path) -> str:
    with pytest.raises(errors.ModelError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "\n" not in message and len(message) < 1000
    return message.removeprefix(f"{path}: ")


def altered(source: str | Path, path: Path, arrays: dict[str, bytes] | None = None, **fields: str) -> Path:
    """The model with other arrays and fields, and the checksum that belongs to them."""
    file = ModelFile(source)
    content = {name: (dtype, file.read(name)) for name, (dtype, _) in file.arrays.items()}
    content |= {name: (content[name][0], data) for name, data in (arrays or {}).items()}
    card = {name: value for name, value in file.card.items() if name not in ("format", "version", "sha256")}
    write_model(path, content, {**card, **fields})
    return path


def header_of(path: Path, header: bytes, data: bytes = b"") -> Path:
    path.write_bytes(len(header).to_bytes(8, "little") + header + data)
    return path


# ---- the header and the file ------------------------------------------------------------------------------


def test_a_header_has_a_greatest_length(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.write((4 << 30).to_bytes(8, "little") + b"{")
        file.truncate((4 << 30) + 100)
    assert refusal(cnlp.load, path) == f"its header has 4,294,967,296 bytes, at most {MAX_HEADER:,} are allowed"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes as Unix has them")
@pytest.mark.parametrize("name", ["pipe", "folder", "/dev/zero"])
def test_what_is_not_a_file_is_refused_without_waiting(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "pipe":
        os.mkfifo(path)
    if name == "folder":
        path.mkdir()
    assert refusal(cnlp.load, path) == "this is not a file, so no model is in it"


@pytest.mark.parametrize(
    "change",
    [
        lambda header: {"__metadata__": header["__metadata__"]},  # data that belong to no array
        lambda header: {**header, "more": {"dtype": "U8", "shape": [9], "data_offsets": [0, 9]}},
        lambda header: {**header, "__metadata__": {**header["__metadata__"], "note": 5}},
        lambda header: {**header, "units": {**header["units"], "dtype": "X"}},
        lambda header: {**header, "units": {**header["units"], "shape": [1]}},
        lambda header: {**header, "units": {**header["units"], "data_offsets": [-8, 8]}},
        lambda header: {**header, "units": {**header["units"], "data_offsets": [0, 1 << 70]}},
        lambda header: {**header, "units": 5},
    ],
)
def test_a_header_that_does_not_fit_the_data_is_refused(tmp_path: Path, change: Callable[[Any], Any]) -> None:
    good = tmp_path / "good"
    Bigram().fit([["中国", "人"]]).save(good)
    data = good.read_bytes()
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.dumps(change(json.loads(data[8:end])), separators=(",", ":"), ensure_ascii=False).encode()
    refusal(cnlp.load, header_of(tmp_path / "bad", header, data[end:]))


def test_a_deep_header_is_refused(tmp_path: Path) -> None:
    card = b'{"__metadata__":{"format":"cnlp","version":"1","kind":"lexicon","sha256":""},"x":' + DEEP
    path = header_of(tmp_path / "deep", card)
    assert "RecursionError" in refusal(cnlp.load, path)
    assert "RecursionError" in refusal(lambda path: ModelFile(path).card, path)


# ---- what is in it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "x", "1e999", ""])
@pytest.mark.parametrize("field", ["unit", "temperature"])
def test_numbers_of_a_segmenter_are_checked(tmp_path: Path, field: str, value: str) -> None:
    path = altered(path_of("hmm"), tmp_path / "m", **{field: value})
    message = refusal(lambda path: cnlp.Segmenter(model=path), path)
    assert message == f"damaged: {field!r} must be a number above 0, got {value!r}"


@pytest.mark.parametrize(
    ("field", "value"),
    [("weight_total", "nan"), ("max_length", "-1"), ("max_length", "9" * 5000), ("word_cost", "1.5"), ("folding", "1")],
)
def test_numbers_of_a_lexicon_are_checked(tmp_path: Path, field: str, value: str) -> None:
    Bigram().fit([["中国", "人"]]).save(tmp_path / "good")
    refusal(cnlp.load, altered(tmp_path / "good", tmp_path / "bad", **{field: value}))


@pytest.mark.parametrize(
    "kinds",
    [
        DEEP,
        b"{}x",
        b"5",
        b"[5]",
        b'[["LOC", "weird", null, false]]',
        b'[["", "prefer", null, false]]',
        b'[[5, "prefer", null, false]]',
        b'[["LOC", "prefer", [], false]]',
        b'[["LOC", "prefer", 5, false]]',
        b'[["LOC", "prefer", null, 2]]',
        b'[["LOC", "prefer", null]]',
    ],
)
def test_labels_of_a_gazetteer_are_checked(tmp_path: Path, kinds: bytes) -> None:
    Gazetteer([("北京", "LOC"), ("北大", "ORG")]).save(tmp_path / "good")
    refusal(Gazetteer.load, altered(tmp_path / "good", tmp_path / "bad", {"kinds": kinds}))


def test_a_gazetteer_with_too_few_labels_is_damaged(tmp_path: Path) -> None:
    Gazetteer([("北京", "LOC"), ("北大", "ORG")]).save(tmp_path / "good")
    kinds = b'[["LOC", "prefer", null, false]]'
    path = altered(tmp_path / "good", tmp_path / "bad", {"kinds": kinds})
    message = refusal(lambda path: Gazetteer.load(path).entities("北京和北大"), path)
    assert message == "damaged: entry of kind 2, there are 1"


@pytest.mark.parametrize(
    ("counts", "parameters"),
    [
        (DEEP, "{}"),
        (b"[[], [], [], []]", "{}"),
        (b"[1]", "{}"),
        (b"[[],[],[],[]]", '{"x": 1}'),
        (b"[[],[],[],[]]", "["),
    ],
)
def test_a_hidden_markov_model_is_checked(tmp_path: Path, counts: bytes, parameters: str) -> None:
    HiddenMarkovModel().fit([(["a", "b"], ["X", "Y"])]).save(tmp_path / "good")
    path = altered(tmp_path / "good", tmp_path / "bad", {"counts": counts}, parameters=parameters)
    refusal(HiddenMarkovModel.load, path)


def test_a_character_tagger_is_checked(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    from cnlp.segmentation.crf import CRF

    CRF(epochs=1).fit([["中国", "人"], ["国人", "中国"]] * 5).save(tmp_path / "good")
    fields = {"parameters": [DEEP.decode(), "5", '{"x": 1}'], "standards": ["[", "5"], "streams": ['["x"]', "{}"]}
    for field, values in fields.items():
        for value in values:
            refusal(CRF.load, altered(tmp_path / "good", tmp_path / "bad", **{field: value}))
    for name in ("words", "as_word", "characters", "weights", "keys.0"):
        file = ModelFile(tmp_path / "good")
        size = len(file.read(name))
        refusal(CRF.load, altered(tmp_path / "good", tmp_path / "bad", {name: b"\xff" * max(0, size - 8)}))


def test_a_list_that_unpacks_to_more_than_it_may_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    from cnlp.ner.neural import packing

    monkeypatch.setattr(packing, "_MOST_BYTES", 1000)
    with pytest.raises(ValueError, match="more than 1,000 bytes"):
        packing._rows(zlib.compress(b"[" + b"1," * 5000 + b"1]"))


def test_words_of_a_lexicon_have_a_greatest_length(tmp_path: Path) -> None:
    for size in (1000, 1001):
        arrays, fields = compile_lexicon({"中" * size: 1})
        write_model(tmp_path / str(size), arrays, {"kind": "lexicon", **fields})
    assert "中" * 1000 in cnlp.load(tmp_path / "1000")
    assert "a word has 1001 characters, at most 1000 are allowed" in refusal(cnlp.load, tmp_path / "1001")


# ---- a file that changes while it is open -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["core", "ner"])
def test_a_copy_does_not_care_what_becomes_of_the_file(name: str, tmp_path: Path) -> None:
    text = "王小明在北京大学读书"
    path = tmp_path / "model"
    shutil.copy(Path(CORE).with_name(f"{name}.safetensors"), path)
    model = cnlp.load(path, copy=True)
    path.write_bytes(b"")  # in place: a map of the file would end the process
    for loaded in (model, pickle.loads(pickle.dumps(model))):
        if name == "core":
            assert "北京大学" in cnlp.Segmenter(loaded).segment(text)
        else:
            assert [entity.text for entity in loaded.entities(text)] == ["王小明", "北京大学"]


def test_a_copy_is_compared_with_its_checksum(tmp_path: Path) -> None:
    path = altered(CORE, tmp_path / "model")
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert refusal(lambda path: cnlp.load(path, copy=True), path) == "damaged: the data do not match their checksum"
