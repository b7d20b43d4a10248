"""``jieba.posseg``: words with parts of speech, as jieba's dictionary and its HMM of tags give them.

>>> str(pair("北京", "ns")), tuple(pair("北京", "ns"))
('北京/ns', ('北京', 'ns'))
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from functools import cache
from math import log
from typing import IO, Any

from cnlp.jieba import data
from cnlp.jieba._prefix import Dictionary, TagHmm, WordTags, pair, tag_text
from cnlp.jieba.data import decoded
from cnlp.jieba.tokenizer import Tokenizer, read_dictionary

__all__ = ["POSTokenizer", "TagTable", "cut", "dt", "initialize", "lcut", "pair"]

_FIRST_NAMES = ("x", "eng", "m")  # as layout numbers them


class TagTable(MutableMapping[str, str]):
    """Words with their parts of speech.

    Args:
        words: a dictionary; it gets the words that have a tag and that it lacks, with the frequency 0.

    >>> table = TagTable(Dictionary())
    >>> table["北京"] = "ns"
    >>> table["北京"], table.get("南京"), len(table)
    ('ns', None, 1)
    """

    def __init__(self, words: Dictionary) -> None:
        self.tags = WordTags(words)
        self._words = words
        self._numbers = {name: number for number, name in enumerate(_hmm()[1]) if number}
        self.names = [_FIRST_NAMES[0], *self._numbers]

    def load(self, content: bytes, name: str) -> None:
        """Read the lines of a dictionary.

        Raises:
            FormatError: a line is not an entry.
        """
        read_dictionary(lambda data, at: self.tags.load(data, at, self._numbers), self._take_line, content, name)
        self.names = [_FIRST_NAMES[0], *self._numbers]

    def _take_line(self, line: str) -> int:
        if line:
            word, _, tag = line.split(" ")
            self.tags.set(word, self._number_of(tag))
        return 0

    def _number_of(self, tag: str) -> int:
        return self._numbers.setdefault(tag, len(self._numbers) + 1)

    def __getitem__(self, word: str) -> str:
        number = self.tags.get(word)
        if not number:
            raise KeyError(word)
        return self.names[number]

    def __setitem__(self, word: str, tag: str) -> None:
        number = self._number_of(tag)
        if number == len(self.names):
            self.names.append(tag)
        self.tags.set(word, number)

    def __delitem__(self, word: str) -> None:
        self[word]
        self.tags.set(word, 0)

    def __iter__(self) -> Iterator[str]:
        return (word for word, _ in self._words.items() if self.tags.get(word))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class POSTokenizer:
    """Segments and tags as ``jieba.posseg.POSTokenizer`` does.

    Args:
        tokenizer: gives the words; its backend chooses who tags them, too.

    >>> POSTokenizer().lcut("我爱北京天安门")
    [pair('我', 'r'), pair('爱', 'v'), pair('北京', 'ns'), pair('天安门', 'ns')]
    """

    def __init__(self, tokenizer: Tokenizer | None = None) -> None:
        self.tokenizer = tokenizer if tokenizer is not None else Tokenizer()
        self._tags: TagTable | None = None

    def __repr__(self) -> str:
        return f"<POSTokenizer tokenizer={self.tokenizer!r}>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("cut_for_search", "lcut_for_search", "tokenize"):
            raise AttributeError(f"a POSTokenizer has no {name}")
        return getattr(self.tokenizer, name)

    @property
    def word_tag_tab(self) -> TagTable:
        """The tags of the dictionary's words, read when they are first asked for."""
        if self._tags is None:
            self._read_tags()
        assert self._tags is not None
        return self._tags

    def _read_tags(self) -> None:
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
        self.tokenizer.check_initialized()
        tags = TagTable(self.tokenizer.FREQ.dictionary)
        tags.load(f.read(), getattr(f, "name", repr(f)))
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
        text = sentence if type(sentence) is str else decoded(sentence)
        tokenizer = self.tokenizer
        if tokenizer.backend == "cnlp":
            tokens = tokenizer.segmenter("default", HMM).tag(text)
            return [pair(token.text, token.tag or "x") for token in tokens]
        if not tokenizer.initialized:
            tokenizer.initialize()
        if tokenizer.user_word_tag_tab:
            self.makesure_userdict_loaded()
        tags = self._tags if self._tags is not None else self.word_tag_tab
        hmm = _hmm()[0] if HMM else None
        return tag_text(tokenizer.FREQ.dictionary, text, log(tokenizer.total or 1), tags.tags, tags.names, hmm)


@cache
def _hmm() -> tuple[TagHmm, list[str]]:
    """The HMM of tags, and the names of the tags by their numbers in it."""
    states = [line.split(" ") for line in data.lines("tags_states")]
    names = list(dict.fromkeys([*_FIRST_NAMES, *(flag for _, flag in states)]))
    hmm = TagHmm(
        "".join(place for place, _ in states).encode(),
        bytes(names.index(flag) for _, flag in states),
        data.unpacked("tags_start"),
        data.unpacked("tags_steps"),
        data.unpacked("tags_seen").decode(),
        data.unpacked("tags_characters").decode(),
        data.unpacked("tags_emissions"),
    )
    return hmm, names


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
