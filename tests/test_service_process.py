"""``cnlp serve`` as a process: it answers, ends in order, and its page works in a real browser."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "cnlp", "serve", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{url}/health").close()
            break
        except urllib.error.URLError:
            assert process.poll() is None, process.communicate()
            time.sleep(0.1)
    yield url
    process.send_signal(signal.SIGTERM)
    log, _ = process.communicate(timeout=30)
    assert "Traceback" not in log and "POST /segment" in log
    assert "南京市" not in log


def test_text_is_cut_and_never_logged(address: str) -> None:
    body = json.dumps({"text": "南京市长江大桥"}).encode()
    request = urllib.request.Request(f"{address}/segment", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer) == {"words": ["南京市", "长江", "大桥"]}


@pytest.mark.skipif(BROWSER is None, reason="needs a browser")
def test_page_shows_words_entities_keywords_and_lattice(address: str) -> None:
    assert BROWSER is not None
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom"]
    done = subprocess.run([BROWSER, *flags, address], capture_output=True, text=True, timeout=120, check=True)
    parts = {name: re.search(rf'id="{name}".*?</section>', done.stdout, re.S) for name in ("words", "entities")}
    assert all(parts.values())
    assert re.search(r'class="word n[^"]*" title="nr">王小川', done.stdout)
    assert re.search(r'<mark[^>]*data-label="PER"[^>]*>王小川', done.stdout)
    assert done.stdout.count('class="bar"') >= 3
    assert re.search(r'<path class="chosen"', done.stdout) and "<circle" in done.stdout
    assert re.search(r'<span id="error" role="alert"></span>', done.stdout)
