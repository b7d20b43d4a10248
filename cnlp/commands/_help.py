"""Help in Chinese: translated when it is displayed, and wrapped by the width of its characters on a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from unicodedata import east_asian_width

import click

from cnlp.files.language import translate

# What a line may end after: white space, a Chinese character or a run of others, with the punctuation that holds to it.
_PIECE = re.compile(r"\s+|[（“《]*(?:[!-~]+|\S)[，。；：、？！）”》]*")
_METAVAR = re.compile(r"[A-Z]{2,}(?: RANGE)?")
_NOTES = re.compile(r"(.*?)(?:  \[(.*)\])?", re.DOTALL)  # help, and what follows it: [default: utf-8; required]


class ChineseHelp(click.HelpFormatter):
    """Writes the parts of a help page in Chinese."""

    def __init__(self, width: int | None, max_width: int | None) -> None:
        super().__init__(width=width, max_width=max_width)
        self._columns = self.width
        self.width = 10_000  # click shortens what does not fit, and would do so with the English text

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line ``Usage:``."""
        start = f"{translate('Usage:')}{prog} "
        self._write_wrapped(translate_metavars(args), start, " " * columns(start))

    def write_heading(self, heading: str) -> None:
        """The name of a section."""
        self.write(f"{'':{self.current_indent}}{translate(heading)}：\n")

    def write_text(self, text: str) -> None:
        """Paragraphs."""
        indent = " " * self.current_indent
        for number, paragraph in enumerate(re.split(r"\n\s*\n", text)):
            self.write("\n" if number else "")
            self._write_wrapped(translate(" ".join(paragraph.split())), indent, indent)

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Options, or commands, and what they do."""
        translated = [(translate_metavars(name), translate_help(text)) for name, text in rows]
        left = min(max(columns(name) for name, _ in translated), col_max) + col_spacing
        indent = " " * (self.current_indent + left)
        for name, text in translated:
            start = " " * self.current_indent + name
            if columns(name) + col_spacing > left:
                self.write(start + "\n")
                start = ""
            self._write_wrapped(text, start + " " * (len(indent) - columns(start)), indent)

    def _write_wrapped(self, text: str, start: str, indent: str) -> None:
        for number, line in enumerate(wrap(text, self._columns - columns(indent))):
            self.write(f"{indent if number else start}{line}\n")


def translate_metavars(text: str) -> str:
    """``-o, --output FILE`` with its value's name in Chinese."""
    return _METAVAR.sub(lambda match: translate(match[0]), text)


def translate_help(text: str) -> str:
    """The help of an option, and the notes after it, such as its default."""
    match = _NOTES.fullmatch(text)
    assert match is not None  # all text matches
    shown = translate(" ".join(match[1].split()))
    notes = [translate(note) for note in match[2].split("; ")] if match[2] else []
    return f"{shown}  [{'；'.join(notes)}]" if notes else shown


def columns(text: str) -> int:
    """The columns that ``text`` takes on a terminal.

    >>> columns("--output 文件")
    13
    """
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def wrap(text: str, width: int) -> Iterator[str]:
    """Lines of at most ``width`` columns; closing punctuation does not begin one.

    >>> list(wrap("分词，结果用空格隔开 (UTF-8)", 12))
    ['分词，结果用', '空格隔开', '(UTF-8)']
    """
    line = ""
    for piece in _PIECE.findall(text):
        if line and columns(line) + columns(piece.rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += piece if line else piece.lstrip()
    yield line.rstrip()
