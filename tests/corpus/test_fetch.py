"""Corpora are fetched whole or not at all; the server of these tests runs on this machine."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cnlp import errors
from cnlp.corpus import fetch as fetching
from cnlp.corpus.fetch import address, fetch, state
from cnlp.corpus.registry import CORPORA, CORPUS_SOURCES, Corpus, CorpusSource

TEXT = "共同  创造  美好  的  新  世纪\n".encode() * 5000
SHA256 = hashlib.sha256(TEXT).hexdigest()
CORPUS = Corpus("tiny", "cws/tiny.txt", "words", "pku", "test", len(TEXT), SHA256, "icwb2", "")


class Server:
    """Files by path; what clients asked for; and faults."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.ranges: list[str | None] = []
        self.break_after: int | None = None
        self.knows_ranges = True
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                data = server.files.get(self.path)
                wanted = self.headers.get("Range")
                server.ranges.append(wanted)
                if data is None:
                    self.send_error(404)
                    return
                begin = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and server.knows_ranges else 0
                if begin >= len(data) and begin:
                    self.send_error(416)
                    return
                self.send_response(206 if begin else 200)
                self.send_header("Content-Length", str(len(data) - begin))
                self.end_headers()
                self.wfile.write(data[begin:][: server.break_after])

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    made.files["/cws/tiny.txt"] = TEXT
    yield made
    made.close()


def test_a_file_arrives_whole_and_under_its_name(server: Server, tmp_path: Path) -> None:
    assert state(CORPUS, tmp_path) == "missing"
    path = fetch(CORPUS, tmp_path, mirror=server.url)
    assert path == tmp_path / "cws/tiny.txt"
    assert path.read_bytes() == TEXT
    assert state(CORPUS, tmp_path, check=True) == "here"
    assert [found.name for found in path.parent.iterdir()] == ["tiny.txt"]


def test_what_is_here_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    fetch(CORPUS, tmp_path, mirror=server.url)
    fetch(CORPUS, tmp_path, mirror=server.url)
    assert len(server.ranges) == 1


def test_a_broken_download_goes_on_where_it_was(server: Server, tmp_path: Path) -> None:
    server.break_after = 70_000
    with pytest.raises(OSError, match=r"broke off after 70,000 of [\d,]+ bytes; the next try resumes"):
        fetch(CORPUS, tmp_path, mirror=server.url)
    assert state(CORPUS, tmp_path) == "begun"
    server.break_after = None
    steps: list[tuple[int, int | None]] = []
    path = fetch(CORPUS, tmp_path, mirror=server.url, advance=lambda count, total: steps.append((count, total)))
    assert path.read_bytes() == TEXT
    assert server.ranges == [None, "bytes=70000-"]
    assert sum(count for count, _ in steps) == len(TEXT)
    assert {total for _, total in steps} == {len(TEXT)}


def test_a_server_that_knows_no_ranges_sends_it_all_again(server: Server, tmp_path: Path) -> None:
    server.break_after, server.knows_ranges = 70_000, False
    with pytest.raises(OSError, match="broke off"):
        fetch(CORPUS, tmp_path, mirror=server.url)
    server.break_after = None
    assert fetch(CORPUS, tmp_path, mirror=server.url).read_bytes() == TEXT


def test_other_bytes_are_refused_and_not_kept(server: Server, tmp_path: Path) -> None:
    server.files["/cws/tiny.txt"] = TEXT[:-1] + b"?"
    with pytest.raises(errors.FormatError, match="its SHA-256 is not"):
        fetch(CORPUS, tmp_path, mirror=server.url)
    assert state(CORPUS, tmp_path) == "missing"


def test_another_file_at_the_place_is_left_alone(server: Server, tmp_path: Path) -> None:
    place = tmp_path / CORPUS.path
    place.parent.mkdir()
    place.write_bytes(b"mine")
    assert state(CORPUS, tmp_path) == "other"
    with pytest.raises(errors.FormatError, match="move it away first"):
        fetch(CORPUS, tmp_path, mirror=server.url)
    assert place.read_bytes() == b"mine"


def test_a_missing_file_and_a_missing_server_say_so(server: Server, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="404") as caught:
        fetch(CORPUS, tmp_path, mirror=f"{server.url}/elsewhere")
    assert caught.value.filename == f"{server.url}/elsewhere/cws/tiny.txt"
    with pytest.raises(OSError, match="cannot be reached"):
        fetch(CORPUS, tmp_path, mirror="http://127.0.0.1:9")
    with pytest.raises(errors.ArgumentError, match="only http and https"):
        fetch(CORPUS, tmp_path, mirror="file:///etc")


def test_a_member_is_taken_out_of_an_archive(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inside/tiny.txt", TEXT)
    server.files["/all.zip"] = packed.getvalue()
    monkeypatch.setitem(
        CORPUS_SOURCES, "zip", CorpusSource("a bakeoff", "http://example/", "none", f"{server.url}/all.zip")
    )
    corpus = Corpus("tiny", "a/tiny.txt", "words", "pku", "test", len(TEXT), SHA256, "zip", "inside/tiny.txt")
    other = Corpus("none", "a/none.txt", "words", "pku", "test", 1, SHA256, "zip", "inside/none.txt")
    assert fetch(corpus, tmp_path).read_bytes() == TEXT
    with pytest.raises(errors.FormatError, match=r"this archive does not contain inside/none\.txt"):
        fetch(other, tmp_path)
    assert len(server.ranges) == 1  # one archive serves all its members
    (tmp_path / "archives/all.zip").write_bytes(b"no archive")
    (tmp_path / "a/tiny.txt").unlink()
    with pytest.raises(errors.FormatError, match="this zip archive is damaged"):
        fetch(corpus, tmp_path)


def test_sources_without_address_tell_where_to_ask(tmp_path: Path) -> None:
    with pytest.raises(errors.ArgumentError, match=r"see https://opendata.*put the file to cws/pfr1998/199801\.txt"):
        fetch(CORPORA["pfr-199801"], tmp_path)


def test_every_corpus_has_a_source_and_a_place_in_it() -> None:
    for corpus in CORPORA.values():
        source = CORPUS_SOURCES[corpus.source]
        assert source.page.startswith(("http", "docs/"))
        assert source.terms
        assert bool(corpus.location) == (source.url is not None)
        if source.url is not None:
            assert "{}" in source.url or source.url.endswith(".zip")
            assert "{}" not in address(corpus)
    assert set(CORPUS_SOURCES) == {corpus.source for corpus in CORPORA.values()}


def test_a_server_that_falls_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(fetching, "FETCH_TIMEOUT", 0.2)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        with pytest.raises(OSError, match=r"cannot be reached|broke off"):
            fetch(CORPUS, tmp_path, mirror=f"http://127.0.0.1:{listening.getsockname()[1]}")
