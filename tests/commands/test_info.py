"""``cnlp info``: versions, kernel, model card, checksum."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from running_commands import command_line, environment, run_here

import cnlp
from cnlp._kernel import IS_NATIVE
from cnlp.model import registry
from cnlp.model.format import write_model
from cnlp.segmentation import DEFAULT_ALGORITHM


def fields(out: str) -> dict[str, str]:
    """The lines ``name: value``."""
    return {name: value.strip() for name, _, value in (line.partition(":") for line in out.splitlines())}


def test_what_is_installed() -> None:
    result = run_here("info")
    assert (result.code, result.err) == (0, "")
    shown = fields(result.out.decode())
    assert shown["cnlp"] == cnlp.__version__
    assert shown["kernel"].startswith("C" if IS_NATIVE else "pure Python, ")
    assert shown["algorithm"] == DEFAULT_ALGORITHM
    assert shown["folder"] == os.path.dirname(registry.CORE)
    assert all(name in result.out.decode() for name in ("core: ", "segmenter: ", "pos: "))
    assert shown["checksums"] == "verified"


@pytest.mark.parametrize("name", ["core", "segmenter", "pos"])
def test_the_card_of_a_shipped_model(name: str) -> None:
    result = run_here("info", name)
    assert (result.code, result.err) == (0, "")
    shown = fields(result.out.decode())
    assert shown["file"].endswith(f"{name}.safetensors")
    assert shown["name"] == name and shown["kind"] and shown["training_data"] and shown["sha256"]
    assert shown["checksum"] == "verified"


def test_the_card_as_json(tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    write_model(path, {"numbers": ("U32", bytes(12))}, {"kind": "toy", "description": '三 "numbers"', "size": "7"})
    card = json.loads(run_here("info", "--json", path).out)
    assert card["kind"] == "toy" and card["description"] == '三 "numbers"'
    assert card["arrays"] == {"numbers": "3 of U32"} and card["file"] == str(path)
    assert card["size"] == "7" and card["file_size"] == f"{path.stat().st_size:,} bytes"
    assert json.loads(run_here("info", "--json").out)["cnlp"] == cnlp.__version__


def test_the_terms_of_all_model_files() -> None:
    groups = json.loads(run_here("info", "--licences", "--json").out)
    assert list(groups["permissive"]) == ["jieba"]
    assert list(groups["research"]) == [model.name for model in cnlp.models()]
    assert groups["permissive"]["jieba"].startswith("MIT; Copyright (c) 2013 Sun Junyi")
    assert all(
        "learnt from" in terms and "sha256" not in terms for group in groups.values() for terms in group.values()
    )
    shown = fields(run_here("info", "--licences").out.decode())
    assert shown["permissive"].startswith("jieba: MIT") and shown["research"].startswith("core: MIT")
    assert run_here("info", "--licences", "pos").code == 2


def test_the_pure_kernel_is_named() -> None:
    environ = {**environment(), "CNLP_PURE": "1"}
    done = subprocess.run(command_line("info"), capture_output=True, env=environ, text=True)
    assert "reinstall with a C compiler" in fields(done.stdout)["kernel"]


def test_an_altered_model_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "altered.safetensors"
    data = bytearray(Path(registry.CORE).read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    for arguments in (["info", path], ["segment", "--model", path]):
        result = run_here(*arguments)
        assert result.code == 1
        assert result.err == f"cnlp: error: {path}: damaged: the data do not match their checksum\n"


def test_a_cut_model_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "cut.safetensors"
    path.write_bytes(Path(registry.CORE).read_bytes()[: os.path.getsize(registry.CORE) // 2])
    for arguments in (["info", path], ["segment", "--model", path]):
        result = run_here(*arguments)
        assert result.code == 1
        assert result.err.startswith(f"cnlp: error: {path}: ") and result.err.count("\n") == 1
