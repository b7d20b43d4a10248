"""Fetching public corpora into the data folder: resumed where it broke off, and checked before use.

A download goes to ``NAME.part`` beside its place and is renamed when its SHA-256 is the registered one, so a file
under its own name is always whole. Bytes in ``NAME.part`` are not requested again, if the server can begin in
the middle of a file (HTTP range requests, RFC 9110).
"""

from __future__ import annotations

import os
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, urlsplit

from cnlp import errors
from cnlp.corpus.registry import CORPUS_SOURCES, Corpus, file_sha256

Advance = Callable[[int, int | None], None]

FETCH_TIMEOUT = 30  # seconds without a byte
_BLOCK = 1 << 16
_PART = ".part"


def state(corpus: Corpus, folder: Path, *, check: bool = False) -> str:
    """``"here"``, ``"missing"``, ``"begun"`` (a download broke off) or ``"other"`` (a file that is not the one).

    Args:
        corpus: whose file.
        folder: the data folder.
        check: compare the SHA-256, too, and not the size alone.
    """
    path = folder / corpus.path
    if not path.is_file():
        return "begun" if _part(path).is_file() else "missing"
    same = path.stat().st_size == corpus.size and (not check or file_sha256(path) == corpus.sha256)
    return "here" if same else "other"


def address(corpus: Corpus, mirror: str | None = None) -> str:
    """The URL of the file, or of the archive that holds it.

    Args:
        corpus: whose file.
        mirror: the URL of a copy of the data folder.

    Raises:
        ArgumentError: the source has no download; the message says where to ask for it.

    >>> from cnlp.corpus.registry import CORPORA
    >>> address(CORPORA["csl-dev"], "http://mirror.example/corpora/")
    'http://mirror.example/corpora/keyphrase/csl/csl_kg_dev.tsv'
    """
    if mirror is not None:
        return f"{mirror.rstrip('/')}/{quote(corpus.path)}"
    source = CORPUS_SOURCES[corpus.source]
    if source.url is None:
        raise errors.ArgumentError(
            f"{corpus.name} has no address that a program may fetch; see {source.page}, put the file to {corpus.path}"
        )
    return source.url.format(quote(corpus.location))


def fetch(corpus: Corpus, folder: Path, *, mirror: str | None = None, advance: Advance | None = None) -> Path:
    """Download the file of a corpus into the data folder; one that is there already is not touched.

    Args:
        corpus: whose file.
        folder: the data folder; made if missing.
        mirror: the URL of a copy of the data folder, to take it from.
        advance: called with the bytes just got and the total that the server announced, or ``None``.

    Returns:
        the path of the file.

    Raises:
        ArgumentError: the source gives out its files by hand, or the address is none.
        OSError: the server cannot be reached or refuses, or the disk is full; bytes received are kept.
        FormatError: the bytes are not the registered ones, or something else lies at the place already.
    """
    path = folder / corpus.path
    if path.exists():
        if state(corpus, folder, check=True) == "here":
            return path
        raise errors.FormatError(f"{path}: there is a file already, and it is not {corpus.name}; move it away first")
    url = address(corpus, mirror)
    path.parent.mkdir(parents=True, exist_ok=True)
    if mirror is None and CORPUS_SOURCES[corpus.source].url == url and url.endswith(".zip"):
        archive = folder / "archives" / os.path.basename(urlsplit(url).path)
        if not archive.is_file():
            archive.parent.mkdir(parents=True, exist_ok=True)
            _download(url, _part(archive), None, advance)
            os.replace(_part(archive), archive)
        _extract(archive, corpus.location, _part(path))
    else:
        _download(url, _part(path), corpus.size, advance)
    if file_sha256(_part(path)) != corpus.sha256:
        _part(path).unlink()
        raise errors.FormatError(
            f"{url}: its SHA-256 is not {corpus.sha256}; it was changed or damaged on the way, nothing was kept"
        )
    os.replace(_part(path), path)
    return path


def _download(url: str, part: Path, size: int | None, advance: Advance | None) -> None:
    """Download the bytes of ``url`` that ``part`` lacks."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise errors.ArgumentError(f"{url}: only http and https addresses can be fetched")
    begun = part.stat().st_size if part.is_file() else 0
    if size is not None and begun >= size:  # complete, or another file: the checksum decides
        return
    request = urllib.request.Request(url, headers={"User-Agent": "cnlp", "Accept-Encoding": "identity"})
    if begun:
        request.add_header("Range", f"bytes={begun}-")
    try:
        with urllib.request.urlopen(request, timeout=FETCH_TIMEOUT) as answer:
            resumed = answer.status == HTTPStatus.PARTIAL_CONTENT
            length = answer.headers.get("Content-Length")
            total = int(length) + begun * resumed if length else None
            if advance is not None and resumed:
                advance(begun, total)
            with part.open("ab" if resumed else "wb") as file:
                got = begun * resumed
                while block := answer.read(_BLOCK):
                    file.write(block)
                    got += len(block)
                    if advance is not None:
                        advance(len(block), total)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:  # all of it is here
                return
            raise OSError(0, f"the server answers {error.code} {error.reason}", url) from None
    except urllib.error.URLError as error:
        reason = error.reason.strerror if isinstance(error.reason, OSError) else error.reason
        raise OSError(0, f"cannot be reached: {reason or error.reason}", url) from None
    except OSError as error:
        if error.filename is None and error.errno is None:
            raise OSError(0, f"broke off: {error}; the next try resumes after the part that is here", url) from None
        raise
    if total is not None and got < total:
        raise OSError(0, f"broke off after {got:,} of {total:,} bytes; the next try resumes there", url)


def _extract(archive: Path, member: str, to: Path) -> None:
    """Copy one member out of a zip archive."""
    try:
        with zipfile.ZipFile(archive) as opened, opened.open(member) as source, to.open("wb") as file:
            while block := source.read(_BLOCK):
                file.write(block)
    except zipfile.BadZipFile:
        raise errors.FormatError(f"{archive}: this zip archive is damaged; delete it and try again") from None
    except KeyError:
        raise errors.FormatError(f"{archive}: this archive does not contain {member}") from None


def _part(path: Path) -> Path:
    return path.with_name(path.name + _PART)
