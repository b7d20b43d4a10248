"""``cnlp serve`` as a process: it answers, ends in order, and its page works in a real browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)


class Service:
    """A running service."""

    def __init__(self, *options: str, files: int = 1024) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "cnlp", "serve", "--port", str(self.port), *options]
        self.process = subprocess.Popen(
            ["sh", "-c", f'ulimit -n {files}; exec "$@"', "sh", *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.url = f"http://127.0.0.1:{self.port}"
        self.clients: list[socket.socket] = []
        for _ in range(300):
            try:
                self.health()
                break
            except urllib.error.URLError:
                assert self.process.poll() is None, self.process.communicate()
                time.sleep(0.1)

    def health(self) -> None:
        urllib.request.urlopen(f"{self.url}/health", timeout=20).close()

    def connect(self, data: bytes, *, buffer: int = 0) -> socket.socket:
        client = socket.socket()
        if buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        client.settimeout(20)
        client.connect(("127.0.0.1", self.port))
        client.sendall(data)
        self.clients.append(client)
        return client

    def end(self) -> str:
        """The log of a service that ends within ten seconds of SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.communicate(timeout=10)[0]
        finally:
            self.process.kill()
            for client in self.clients:
                client.close()


def request(path: str, body: object) -> bytes:
    content = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


def received(client: socket.socket) -> bytes:
    """All that comes until the end of the connection."""
    parts = []
    while part := client.recv(65536):
        parts.append(part)
    return b"".join(parts)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    service = Service()
    yield service.url
    log = service.end()
    assert "Traceback" not in log and "POST /segment" in log
    assert "南京市" not in log


def test_text_is_cut_and_never_logged(address: str) -> None:
    body = json.dumps({"text": "南京市长江大桥"}).encode()
    asked = urllib.request.Request(f"{address}/segment", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked) as answer:
        assert json.load(answer) == {"words": ["南京市", "长江", "大桥"]}


@pytest.mark.skipif(os.name != "posix", reason="ulimit and signals as Unix has them")
def test_hostile_clients_neither_stop_the_service_nor_fill_its_log() -> None:
    service = Service("--timeout", "1", "--write-timeout", "1", files=256)
    half_open = [service.connect(b"GET /health HTTP/1.1\r\nHost:") for _ in range(300)]
    service.health()
    assert received(half_open[-1]).partition(b"\r\n")[0] == b"HTTP/1.1 408 Request Timeout"
    assert json.loads(received(service.connect(b"\x00\r\n\r\n")).partition(b"\r\n\r\n")[2])["error"]
    head = b"POST /tag HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    with suppress(ConnectionError):
        answer = received(service.connect(head + b"1\r\n \r\n" * 20_000))
        assert "Content-Length" in json.loads(answer.partition(b"\r\n\r\n")[2])["error"]
    deaf = [service.connect(request("/tag", {"text": "南京市长江大桥" * 30_000}), buffer=4096) for _ in range(3)]
    time.sleep(3)
    service.health()
    for client in deaf:  # were cut off before they had all of it
        with pytest.raises((ConnectionError, json.JSONDecodeError)):
            json.loads(received(client).partition(b"\r\n\r\n")[2])
    for _ in range(5):
        service.connect(request("/keywords", {"text": "南京市长江大桥" * 60_000}))
    log = service.end()
    assert "Traceback" not in log and len(log) < 100_000


def test_a_changed_lexicon_is_taken_up_without_a_dropped_request(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes("杭研\n".encode("gbk"))
    service = Service("--lexicon", str(path))
    answers: list[str] = []
    ended = threading.Event()

    def ask() -> None:
        body = json.dumps({"text": "网易杭研大厦"}).encode()
        asked = urllib.request.Request(f"{service.url}/segment", body, {"Content-Type": "application/json"})
        while not ended.is_set():
            with urllib.request.urlopen(asked, timeout=20) as answer:
                answers.append(" ".join(json.load(answer)["words"]))

    def wait_for(answer: str) -> None:
        end = time.monotonic() + 30
        while answers[-1:] != [answer] and time.monotonic() < end:
            time.sleep(0.05)
        assert answers[-1] == answer

    clients = [threading.Thread(target=ask) for _ in range(2)]
    for client in clients:
        client.start()
    try:
        wait_for("网易 杭研 大厦")
        for content in ("杭研大厦\n", "机器 学习 模型\n", "网易杭研大厦\n"):
            new = tmp_path / "words.new"
            new.write_text(content, encoding="utf-8")
            new.replace(path)
            if "机器" in content:
                time.sleep(2)  # the damaged file is seen, and the words stay
            wait_for("网易杭研大厦" if "网易" in content else "网易 杭研大厦")
    finally:
        ended.set()
        for client in clients:
            client.join()
        log = service.end()
    assert set(answers) == {"网易 杭研 大厦", "网易 杭研大厦", "网易杭研大厦"}
    assert f"lexicon: {path}: 1 entries" in log and log.count(f"{path} has changed: 1 entries taken up") == 2
    assert f"not taken up, the words from before stay: {path}:1: " in log
    assert "read as gb18030" in log and "Traceback" not in log


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "none"], "none"),
        (["--model", "crf", "--model", "hmm"], "crf and hmm are both models for words"),
        (["--gazetteer", "none.tsv"], "none.tsv: No such file"),
    ],
)
def test_models_and_names_that_cannot_be_used_are_refused_at_the_start(options: list[str], message: str) -> None:
    command = [sys.executable, "-m", "cnlp", "serve", "--port", "0", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in (1, 2) and done.stderr.startswith("cnlp: error: ") and message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_damaged_lexicon_is_refused_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("机器 学习 模型\n", encoding="utf-8")
    command = [sys.executable, "-m", "cnlp", "serve", "--port", "0", "--lexicon", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and done.stderr.startswith(f"cnlp: error: {path}:1: ")


@pytest.mark.skipif(BROWSER is None, reason="needs a browser")
def test_page_shows_words_entities_keywords_and_lattice(address: str) -> None:
    assert BROWSER is not None
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom"]
    done = subprocess.run([BROWSER, *flags, address], capture_output=True, text=True, timeout=120, check=True)
    parts = {name: re.search(rf'id="{name}".*?</section>', done.stdout, re.S) for name in ("words", "entities")}
    assert all(parts.values())
    assert re.search(r'class="word n[^"]*" title="nr">李子柒', done.stdout)
    for label, name in (("PER", "李子柒"), ("PROD", "小米SU7"), ("WORK", "哪吒2"), ("LOC", "南京市长江大桥")):
        assert re.search(rf'<mark[^>]*data-label="{label}"[^>]*>{name}', done.stdout), name
    assert done.stdout.count('class="bar"') >= 3
    words = re.findall(r'class="word[^"]*" title="[^"]*">([^<]+)', done.stdout)
    drawn = re.findall(r'class="chosen-word"[^>]*>([^<]+)', done.stdout)
    assert drawn[:3] == ["打工人", "小米SU7", "驶过"] and "南京市" in drawn
    assert set(drawn) <= set(words)  # by the algorithm that segmented the text
    assert re.search(r'<path class="chosen"', done.stdout) and "<circle" in done.stdout
    assert re.search(r'<span id="error" role="alert"></span>', done.stdout)
