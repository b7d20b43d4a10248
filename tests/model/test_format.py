"""Model files: whole or not there at all, readable by any safetensors reader, refused when wrong."""

from __future__ import annotations

import errno
import json
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnlp
from cnlp import errors
from cnlp.model.format import ITEM_SIZES, ModelFile, write_model
from cnlp.model.registry import open_model
from cnlp.segmentation.bigram import Bigram

ARRAYS = {"bytes": ("U8", b"\1\2\3"), "pairs": ("U16", b"\1\0\2\0"), "big": ("U64", bytes(range(16)))}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.model"


@pytest.fixture
def lexicon(path: Path) -> Path:
    """A lexicon model that works."""
    Bigram().fit([["中国", "人"], ["国人", "中国"]]).save(path)
    return path


def read_independently(path: Path) -> tuple[dict[str, tuple[str, list[int], bytes]], dict[str, str]]:
    """The arrays and metadata, as the specification of safetensors says."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length].decode("utf-8"))
    metadata = header.pop("__metadata__")
    body = data[8 + length :]
    arrays, end = {}, 0
    for name, array in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        first, last = array["data_offsets"]
        assert first == end, "safetensors allows no holes"
        end = last
        arrays[name] = array["dtype"], array["shape"], body[first:last]
    assert end == len(body), "safetensors allows no bytes that belong to no array"
    return arrays, metadata


def test_any_safetensors_reader_can_read_it(path: Path) -> None:
    write_model(path, ARRAYS, {"kind": "test", "note": '引号 "quoted" \\ and\nlines'})
    arrays, metadata = read_independently(path)
    assert {name: (dtype, data) for name, (dtype, _, data) in arrays.items()} == ARRAYS
    assert {name: shape for name, (_, shape, _) in arrays.items()} == {"bytes": [3], "pairs": [2], "big": [2]}
    assert metadata["note"] == '引号 "quoted" \\ and\nlines' and metadata["format"] == "cnlp"
    assert all(isinstance(value, str) for value in metadata.values())


def test_arrays_are_aligned_to_their_items(path: Path) -> None:
    write_model(path, ARRAYS, {"kind": "test"})
    ranges = ModelFile(path).ranges(*ARRAYS)
    assert all(start % ITEM_SIZES[ARRAYS[name][0]] == 0 for name, (start, _) in ranges.items())


def test_what_was_written_is_read(path: Path) -> None:
    write_model(path, ARRAYS, {"kind": "test", "note": "好"})
    file = ModelFile(path)
    file.verify()
    assert file.kind == "test" and file.card["note"] == "好"
    for name, (start, size) in file.ranges(*ARRAYS).items():
        assert file.source.read(start, size) == ARRAYS[name][1]


def test_shipped_model_is_a_safetensors_file_with_a_card() -> None:
    file = open_model()
    file.verify()
    _, metadata = read_independently(Path(file.path))
    assert metadata == file.card
    assert {"kind", "version", "sha256", "licence", "training_data", "source"} <= set(metadata)


def test_equal_contents_make_equal_files(tmp_path: Path) -> None:
    for name in "ab":
        write_model(tmp_path / name, dict(sorted(ARRAYS.items(), reverse=name == "b")), {"kind": "test"})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_failed_write_leaves_the_old_file_and_nothing_else(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_model(path, ARRAYS, {"kind": "old"})
    before = path.read_bytes()

    def fail(source: str, target: str) -> None:
        raise OSError(errno.ENOSPC, "disk full")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match=f"disk full: '{path}'"):
        write_model(path, ARRAYS, {"kind": "new"})
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_file_is_replaced_under_a_reader_without_harm(lexicon: Path) -> None:
    model = cnlp.load(lexicon)
    expected = cnlp.segment("中国人", lexicon=model)
    Bigram().fit([["甲", "乙"]]).save(lexicon)
    assert cnlp.segment("中国人", lexicon=model) == expected
    assert "甲" in cnlp.load(lexicon) and "中国" not in cnlp.load(lexicon)


def test_a_missing_folder_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_model(tmp_path / "none" / "x", ARRAYS, {"kind": "test"})
    with pytest.raises(FileNotFoundError):
        ModelFile(tmp_path / "none")


def rewritten(path: Path, old: bytes, new: bytes) -> None:
    """Changes the header without moving anything."""
    data = path.read_bytes()
    assert data.count(old) == 1 and len(old) == len(new)
    path.write_bytes(data.replace(old, new))


def refusal(path: Path) -> str:
    """What is said when the lexicon is loaded."""
    with pytest.raises(errors.ModelError) as caught:
        cnlp.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "\n" not in message
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"word\t1\n" * 9,
        b"\x80\x04pickle!!" * 9,
        b"PK\3\4" * 20,
        b"\xff" * 100,
        struct.pack("<Q", 9) + b"{",
    ],
)
def test_a_foreign_file_is_refused(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    assert refusal(path) == "this is not a model file (no safetensors header)"


def test_a_safetensors_file_of_others_is_refused(path: Path) -> None:
    header = b'{"__metadata__":{"format":"pt"},"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'
    path.write_bytes(struct.pack("<Q", len(header)) + header + b"\0")
    assert refusal(path) == "a safetensors file, but not one of cnlp"


def test_another_version_is_refused(lexicon: Path) -> None:
    rewritten(lexicon, b'"version":"1"', b'"version":"2"')
    assert refusal(lexicon) == "format version 2, this cnlp reads version 1"


def test_another_kind_is_refused(path: Path) -> None:
    write_model(path, ARRAYS, {"kind": "tagger"})
    assert refusal(path) == "this is a model of kind 'tagger', which cnlp.load does not know"


@pytest.mark.parametrize("position", [0.3, 0.6, 0.999999])
def test_altered_data_are_refused(lexicon: Path, position: float) -> None:
    data = bytearray(lexicon.read_bytes())
    start = 8 + int.from_bytes(data[:8], "little")
    data[start + int((len(data) - start) * position)] ^= 1
    lexicon.write_bytes(data)
    assert refusal(lexicon) == "damaged: the data do not match their checksum"


@pytest.mark.parametrize("share", [0.0001, 0.01, 0.5, 0.99, 0.999999])
def test_a_truncated_file_is_refused(lexicon: Path, share: float) -> None:
    data = lexicon.read_bytes()
    lexicon.write_bytes(data[: int(len(data) * share)])
    assert refusal(lexicon)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"units":{', b'"stinu":{'),
        (b'"max_length":"2"', b'"max_length":"x"'),
        (b'"folding":"1,1,1"', b'"folding":"1;1;1"'),
        (b'"kind":"', b'"king":"'),
        (b'"weight_total":"4.0"', b'"weight_total":"no!"'),
        (b'"sha256":"', b'"sha257":"'),
    ],
)
def test_a_damaged_header_is_refused(lexicon: Path, old: bytes, new: bytes) -> None:
    rewritten(lexicon, old, new)
    assert refusal(lexicon).startswith("damaged: ")


def test_an_array_that_ends_after_the_file_is_refused(path: Path) -> None:
    write_model(path, ARRAYS, {"kind": "test"})
    rewritten(path, b"[16,20]", b"[16,99]")
    with pytest.raises(errors.ModelError, match=r"truncated: array 'pairs' ends at byte \d+, the file has \d+"):
        ModelFile(path).ranges("pairs")


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_damage_to_the_header_does_harm(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.getbasetemp()
    good, bad = folder / "good.model", folder / "bad.model"
    if not good.exists():
        Bigram().fit([["中国", "人"], ["国人", "中国"]]).save(good)
    contents = bytearray(good.read_bytes())
    length = 8 + int.from_bytes(contents[:8], "little")
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, length - 1))
        contents[position] = data.draw(st.one_of(st.integers(0, 255), st.sampled_from(b'0123456789",:{}')))
    bad.write_bytes(contents)
    try:
        lexicon = cnlp.load(bad)
    except errors.ModelError as error:
        assert "\n" not in str(error)
    else:
        assert "".join(cnlp.segment("中国人abc", lexicon=lexicon)) == "中国人abc"
