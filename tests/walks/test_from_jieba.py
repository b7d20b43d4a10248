"""The walk of someone whose running service uses jieba, with a dictionary of their own words.

The service is a program of theirs, started as a process and asked over HTTP. First it runs unchanged on cnlp, then with
its imports changed, then with cnlp's words; at last ``cnlp`` itself segments and serves with the same dictionary.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import cnlp

ROOT = Path(cnlp.__file__).parent.parent
TEXT = "李小福是创新办主任，也会云计算与easy_install；如果放到旧字典中将出错"
DICTIONARY = "云计算 5\n李小福 2 nr\n创新办 3 i\neasy_install 3 eng\n"
SERVICE = """
import json
import logging
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import jieba
import jieba.analyse
import jieba.posseg as pseg

jieba.setLogLevel(logging.WARNING)
jieba.load_userdict("words.txt")
jieba.add_word("旧字典", tag="n")
jieba.suggest_freq(("中", "将"), True)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        text = parse_qs(urlsplit(self.path).query)["text"][0]
        answer = {
            "words": jieba.lcut(text),
            "search": jieba.lcut_for_search(text),
            "places": list(jieba.tokenize(text)),
            "tags": [f"{word}/{flag}" for word, flag in pseg.cut(text)],
            "keywords": jieba.analyse.extract_tags(text, topK=3),
        }
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""
WORDS = "李小福 是 创新办 主任 ， 也 会 云计算 与 easy_install ； 如果 放到 旧字典 中 将 出错"
INSTALL = "import cnlp.jieba, runpy; cnlp.jieba.install(); runpy.run_path('service.py')"
CHANGED = SERVICE.replace("import jieba\n", "import cnlp.jieba as jieba\n").replace(
    "import jieba.", "import cnlp.jieba."
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "words.txt").write_text(DICTIONARY, encoding="utf-8")
    (tmp_path / "service.py").write_text(SERVICE, encoding="utf-8")
    (tmp_path / "changed.py").write_text(CHANGED, encoding="utf-8")
    (tmp_path / "text.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process of Python, in the folder of the service."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, *arguments]
    with subprocess.Popen(
        command, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def answer_of(folder: Path, *arguments: str) -> dict[str, Any]:
    """What the service says of the text."""
    with started(folder, *arguments) as process:
        assert process.stdout and process.stderr
        port = process.stdout.readline()
        assert port, process.stderr.read()
        with urllib.request.urlopen(f"http://127.0.0.1:{port.strip()}/?text={quote(TEXT)}", timeout=60) as response:
            answer: dict[str, Any] = json.load(response)
    return answer


def cnlp_prints(folder: Path, *arguments: str) -> str:
    """What the command ``cnlp`` prints."""
    with started(folder, "-m", "cnlp", *arguments) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out


def test_the_service_runs_unchanged(folder: Path) -> None:
    answer = answer_of(folder, "-c", INSTALL)
    assert " ".join(answer["words"]) == WORDS
    assert answer["tags"][:3] == ["李小福/nr", "是/v", "创新办/i"]
    assert answer["keywords"] == ["李小福", "创新办", "云计算"]
    assert answer["places"][-1] == ["出错", len(TEXT) - 2, len(TEXT)]
    if find_spec("jieba"):
        assert answer == answer_of(folder, "service.py")


def test_its_imports_are_changed(folder: Path) -> None:
    assert answer_of(folder, "changed.py") == answer_of(folder, "-c", INSTALL)


def test_it_gives_the_words_of_cnlp(folder: Path) -> None:
    changed = CHANGED.replace("jieba.load_userdict", 'jieba.use_backend("cnlp")\njieba.load_userdict')
    (folder / "changed.py").write_text(changed, encoding="utf-8")
    answer = answer_of(folder, "changed.py")
    lexicon = cnlp.Lexicon([*(line.split()[0] for line in DICTIONARY.splitlines()), "旧字典"])
    assert answer["words"] == cnlp.segment(TEXT, lexicon=lexicon)
    assert {"李小福", "创新办", "云计算", "easy_install", "旧字典"} < set(answer["words"])
    assert "旧字典/n" in answer["tags"] and "李小福/nr" in answer["tags"]


def test_the_command_and_python_take_the_same_dictionary(folder: Path) -> None:
    assert "4 entries; utf-8; word, weight, tag, with blanks" in cnlp_prints(folder, "lexicon", "check", "words.txt")
    words = cnlp_prints(folder, "segment", "--lexicon", "words.txt", "text.txt").split()
    assert words == cnlp.segment(TEXT, lexicon=folder / "words.txt")
    assert {"李小福", "创新办", "云计算", "easy_install"} < set(words)
    tokens = cnlp.tag(TEXT, lexicon=folder / "words.txt")
    assert tokens[0].text == "李小福" and tokens[0].tag == "nr"


def test_cnlp_serves_the_same_dictionary(folder: Path) -> None:
    pytest.importorskip("fastapi")
    pytest.importorskip("uvicorn")
    with started(folder, "-m", "cnlp", "serve", "--port", "0", "--lexicon", "words.txt") as process:
        assert process.stderr
        address = next(line.split()[-5] for line in process.stderr if "running on" in line)
        request = urllib.request.Request(f"{address}/segment", json.dumps({"text": TEXT}).encode())
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
    assert answer["words"] == cnlp.segment(TEXT, lexicon=folder / "words.txt")
