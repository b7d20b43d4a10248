"""``jieba.posseg``: words with parts of speech, as jieba's dictionary and its HMM of tags give them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import IO, Any

from cnlp import errors
from cnlp.jieba import data
from cnlp.jieba._prefix import layout
from cnlp.jieba.data import decoded
from cnlp.jieba.tokenizer import Tokenizer

_DETAILS = re.compile("[\u4e00-\u9fd5]+|[.0-9]+|[a-zA-Z0-9]+|[^\u4e00-\u9fd5.a-zA-Z0-9]+")
_IMPOSSIBLE, _NEVER = -3.14e100, float("-inf")


class pair:
    """A word and its part of speech.

    >>> str(pair("北京", "ns")), tuple(pair("北京", "ns"))
    ('北京/ns', ('北京', 'ns'))
    """

    __slots__ = ("flag", "word")

    def __init__(self, word: str, flag: str) -> None:
        self.word = word
        self.flag = flag

    def __repr__(self) -> str:
        return f"pair({self.word!r}, {self.flag!r})"

    def __str__(self) -> str:
        return f"{self.word}/{self.flag}"

    def __iter__(self) -> Iterator[str]:
        return iter((self.word, self.flag))

    def __lt__(self, other: pair) -> bool:
        return self.word < other.word

    def __eq__(self, other: object) -> bool:
        return isinstance(other, pair) and self.word == other.word and self.flag == other.flag

    def __hash__(self) -> int:
        return hash(self.word)

    def encode(self, encoding: str = "utf-8") -> bytes:
        """``word/flag`` as bytes."""
        return str(self).encode(encoding)


class POSTokenizer:
    """Segments and tags as ``jieba.posseg.POSTokenizer`` does.

    Args:
        tokenizer: gives the words; its backend chooses who tags them, too.

    >>> POSTokenizer().lcut("我爱北京天安门")
    [pair('我', 'r'), pair('爱', 'v'), pair('北京', 'ns'), pair('天安门', 'ns')]
    """

    def __init__(self, tokenizer: Tokenizer | None = None) -> None:
        self.tokenizer = tokenizer if tokenizer is not None else Tokenizer()
        self._tags: dict[str, str] | None = None

    def __repr__(self) -> str:
        return f"<POSTokenizer tokenizer={self.tokenizer!r}>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("cut_for_search", "lcut_for_search", "tokenize"):
            raise AttributeError(f"a POSTokenizer has no {name}")
        return getattr(self.tokenizer, name)

    @property
    def word_tag_tab(self) -> dict[str, str]:
        """The tags of the dictionary's words, read when they are first asked for."""
        if self._tags is None:
            self._read_tags()
        assert self._tags is not None
        return self._tags

    def _read_tags(self) -> None:
        if self.tokenizer.dictionary is None:
            self._tags = data.tags()
            return
        with self.tokenizer.get_dict_file() as file:
            self.load_word_tag(file)

    def initialize(self, dictionary: str | None = None) -> None:
        """Read the dictionary and its tags now."""
        self.tokenizer.initialize(dictionary)
        self._read_tags()

    def load_word_tag(self, f: IO[bytes]) -> None:
        """Read the tags of a dictionary.

        Raises:
            FormatError: a line is not an entry.
        """
        tags, name = {}, getattr(f, "name", repr(f))
        for number, line in enumerate(f.read().decode().splitlines(), 1):
            fields = line.strip().split(" ")
            if len(fields) != 3 and line.strip():
                raise errors.bad_line(name, number, f"want 'word frequency tag', got {line!r}")
            if line.strip():
                tags[fields[0]] = fields[2]
        self._tags = tags

    def makesure_userdict_loaded(self) -> None:
        """Take over the tags of words that were added to the tokenizer."""
        if self.tokenizer.user_word_tag_tab:
            self.word_tag_tab.update(self.tokenizer.user_word_tag_tab)
            self.tokenizer.user_word_tag_tab = {}

    def cut(self, sentence: str | bytes, HMM: bool = True) -> Iterator[pair]:
        """The words of a text with their tags, one after the other."""
        yield from self.lcut(sentence, HMM)

    def lcut(self, sentence: str | bytes, HMM: bool = True) -> list[pair]:
        """The words of a text with their tags.

        Args:
            sentence: any text.
            HMM: find words that the dictionary does not have.
        """
        text = decoded(sentence)
        if self.tokenizer.backend == "cnlp":
            tokens = self.tokenizer.segmenter("default", HMM).tag(text)
            return [pair(token.text, token.tag or "x") for token in tokens]
        self.makesure_userdict_loaded()
        tags = self.word_tag_tab
        found: list[pair] = []
        for word, kind in zip(*self.tokenizer.runs(text, HMM), strict=True):
            if kind == layout.WORD_PIECE:
                found.append(pair(word, tags.get(word, "x")))
            elif kind == layout.UNKNOWN_PIECE:
                found += _unknown(word)
            else:
                found.append(pair(word, "eng" if kind == layout.LETTERS_PIECE else "x"))
        return found


def _unknown(run: str) -> Iterator[pair]:
    """Words and tags of single characters that the dictionary does not join."""
    for part in _DETAILS.findall(run):
        first = part[0]
        if "\u4e00" <= first <= "\u9fd5":
            yield from _tag_han(part)
        else:
            yield pair(part, "m" if first in ".0123456789" else "eng" if first.isalnum() else "x")


def _tag_han(text: str) -> Iterator[pair]:
    path = _tables().decode(text)
    begin = done = 0
    for i, (place, flag) in enumerate(path):
        if place == "B":
            begin = i
        elif place in "ES":
            start = begin if place == "E" else i
            yield pair(text[start : i + 1], flag)
            done = i + 1
    if done < len(text):
        yield pair(text[done:], path[done][1])


class _Tables:
    """An HMM whose states are a place in the word and a tag; states are numbered in their order."""

    def __init__(self) -> None:
        names = data.lines("tags_states")
        self.states: list[tuple[str, str]] = [(place, flag) for place, flag in map(str.split, names)]
        self.start = data.doubles("tags_start")
        steps, size = data.doubles("tags_steps"), len(names)
        self.steps = [
            {to: step for to, step in enumerate(steps[at : at + size]) if step > _NEVER}
            for at in range(0, size * size, size)
        ]
        values = iter(data.doubles("tags_emissions"))
        self.emissions = [{char: next(values) for char in characters} for characters in data.lines("tags_characters")]
        self.of_char: dict[str, list[int]] = {}
        for state, characters in enumerate(data.lines("tags_seen")):
            for char in characters:
                self.of_char.setdefault(char, []).append(state)
        self.all = list(range(len(self.states)))

    def decode(self, text: str) -> list[tuple[str, str]]:
        """The best states (Viterbi 1967), among those that the characters were seen with."""
        allowed = self.of_char.get(text[0], self.all)
        best = {state: self.start[state] + self.emissions[state].get(text[0], _IMPOSSIBLE) for state in allowed}
        behind: list[dict[int, int]] = []
        for char in text[1:]:
            sources = [(state, score, self.steps[state]) for state, score in best.items() if self.steps[state]]
            expected = {to for _, _, steps in sources for to in steps}
            states = expected.intersection(self.of_char.get(char, self.all)) or expected or self.all
            best, came = {}, {}
            for state in states:
                emission = self.emissions[state].get(char, _IMPOSSIBLE)
                best[state], came[state] = max(
                    (score + steps.get(state, _NEVER) + emission, source) for source, score, steps in sources
                )
            behind.append(came)
        state = max((score, state) for state, score in best.items())[1]
        path = [state]
        for came in reversed(behind):
            state = came[state]
            path.append(state)
        return [self.states[state] for state in reversed(path)]


@cache
def _tables() -> _Tables:
    return _Tables()


from cnlp.jieba import dt as _words  # noqa: E402

dt = POSTokenizer(_words)


def initialize(dictionary: str | None = None) -> None:
    """Read the dictionary and its tags now."""
    dt.initialize(dictionary)


def cut(sentence: str | bytes, HMM: bool = True, use_paddle: bool = False) -> Iterator[pair]:
    """The words of a text with their tags, one after the other.

    >>> [str(word) for word in cut("我爱北京天安门")]
    ['我/r', '爱/v', '北京/ns', '天安门/ns']
    """
    yield from dt.lcut(sentence, HMM)


def lcut(sentence: str | bytes, HMM: bool = True, use_paddle: bool = False) -> list[pair]:
    """The words of a text with their tags."""
    return dt.lcut(sentence, HMM)
