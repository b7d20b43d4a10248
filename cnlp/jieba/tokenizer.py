"""jieba's ``Tokenizer`` on the kernel: same methods, same words, same frequencies."""

from __future__ import annotations

import io
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from math import log
from typing import IO, TYPE_CHECKING, Literal

from cnlp import errors
from cnlp.jieba import data
from cnlp.jieba._prefix import Dictionary, layout
from cnlp.jieba.data import decoded

if TYPE_CHECKING:
    from cnlp.jieba._prefix import reference
    from cnlp.lexicon import Lexicon
    from cnlp.names import Mode
    from cnlp.segmentation import Segmenter

Backend = Literal["jieba", "cnlp"]
BACKENDS = ("jieba", "cnlp")
_USER_LINE = re.compile("^(.+?)( [0-9]+)?( [a-z]+)?$")


class Frequencies(MutableMapping[str, int]):
    """The dictionary as a mapping; a mere prefix of words has the frequency 0.

    >>> frequencies = Frequencies()
    >>> frequencies["南京市"] = 5
    >>> frequencies.get("南京"), frequencies.get("北京"), "南" in frequencies
    (0, None, True)
    """

    def __init__(self) -> None:
        self.dictionary = Dictionary()

    def __getitem__(self, word: str) -> int:
        frequency = self.dictionary.get(word)
        if frequency is None:
            raise KeyError(word)
        return frequency

    def __setitem__(self, word: str, frequency: int) -> None:
        self.dictionary.set(word, frequency)

    def __delitem__(self, word: str) -> None:
        self.dictionary.set(word, 0)

    def __iter__(self) -> Iterator[str]:
        return (word for word, _ in self.dictionary.items())

    def __len__(self) -> int:
        return len(self.dictionary)


class Tokenizer:
    """Segments as ``jieba.Tokenizer`` of jieba 0.42.1 does.

    Args:
        dictionary: path of a dictionary, lines of ``word frequency tag``; ``None``: jieba's own.
        backend: ``"jieba"``, or ``"cnlp"`` for the words of :class:`cnlp.Segmenter`, which knows the words added here.

    Raises:
        ArgumentError: there is no such backend.

    >>> Tokenizer().lcut("我来到北京清华大学")
    ['我', '来到', '北京', '清华大学']
    >>> Tokenizer(backend="cnlp").lcut("南京市长江大桥")
    ['南京市', '长江', '大桥']
    """

    def __init__(self, dictionary: str | None = None, *, backend: Backend = "jieba") -> None:
        if backend not in BACKENDS:
            raise errors.unknown_choice("backend", backend, BACKENDS)
        self.dictionary = None if dictionary is None else _absolute(dictionary)
        self.backend = backend
        self.lock = threading.RLock()
        self.initialized = False
        self.user_word_tag_tab: dict[str, str] = {}  # what no POSTokenizer has taken over yet
        self._user_tags: dict[str, str] = {}
        self.tmp_dir: str | None = None  # jieba keeps a cache file there; nothing needs one here
        self.cache_file: str | None = None
        self._clear()

    def _clear(self) -> None:
        self.FREQ = Frequencies()
        self.total = 0
        self._hmm: bytes | None = None  # read with the dictionary
        self.forced: Dictionary | None = None  # words that the HMM must not make
        self._changes: dict[str, int] = {}
        self._segmenters: dict[tuple[str, bool], Segmenter] = {}

    def __repr__(self) -> str:
        return f"<Tokenizer dictionary={self.dictionary!r}>"

    # ---- the dictionary ----

    def get_dict_file(self) -> IO[bytes]:
        """The dictionary, open for reading."""
        return open(self.dictionary, "rb") if self.dictionary else io.BytesIO(data.unpacked("dictionary"))

    def set_dictionary(self, dictionary_path: str) -> None:
        """Read this dictionary when the next text comes.

        Raises:
            FileNotFoundError: there is none.
        """
        path = _absolute(dictionary_path)
        if not os.path.isfile(path):
            raise FileNotFoundError(f"file does not exist: {path}")
        with self.lock:
            self.dictionary, self.initialized = path, False

    def initialize(self, dictionary: str | None = None) -> None:
        """Read the dictionary now, if that is not done yet.

        Raises:
            OSError: it cannot be read.
            FormatError: a line is not an entry.
        """
        with self.lock:
            if dictionary and _absolute(dictionary) != self.dictionary:
                self.dictionary, self.initialized = _absolute(dictionary), False
            if self.initialized:
                return
            with self.get_dict_file() as file:
                name, content = getattr(file, "name", repr(file)), file.read()
            self._clear()
            self.total = read_dictionary(self.FREQ.dictionary.load, self._take_line, content, name)
            self._hmm = data.hmm()
            self.initialized = True

    def _take_line(self, line: str) -> int:
        fields = line.split(" ")
        self.FREQ[fields[0]] = frequency = int(fields[1])
        return frequency

    def check_initialized(self) -> None:
        """Read the dictionary if that is not done yet."""
        if not self.initialized:
            self.initialize()

    def load_userdict(self, f: str | IO[bytes] | IO[str] | Iterable[str | bytes]) -> None:
        """Add the words of a file: lines of ``word``, ``word frequency``, ``word tag`` or all three.

        Args:
            f: a path, an open file, or lines.

        Raises:
            OSError: the file cannot be read.
            FormatError: a line is not UTF-8.
        """
        self.check_initialized()
        if isinstance(f, (str, os.PathLike)):
            with open(f, "rb") as file:
                self._load_lines(file, os.fspath(f))
        else:
            self._load_lines(f, getattr(f, "name", repr(f)))

    def _load_lines(self, lines: Iterable[str | bytes], name: str) -> None:
        for number, raw in enumerate(lines, 1):
            line = raw.strip()
            if isinstance(line, bytes):
                try:
                    line = line.decode()
                except UnicodeDecodeError as error:
                    raise errors.bad_line(name, number, f"the line is not UTF-8: {error.reason}") from None
                line = line.lstrip("\ufeff")
            match = _USER_LINE.match(line)
            if match:
                word, frequency, tag = match.groups()
                self.add_word(word, int(frequency) if frequency else None, tag.strip() if tag else None)

    def add_word(self, word: str | bytes, freq: int | str | None = None, tag: str | None = None) -> None:
        """Add a word, or change its frequency; 0 deletes it.

        Args:
            word: the word.
            freq: its frequency; ``None``: just enough to make it a word.
            tag: its part of speech.
        """
        self.check_initialized()
        text = decoded(word)
        frequency = self.suggest_freq(text) if freq is None else int(freq)
        self.FREQ[text] = frequency
        self.total += frequency
        if tag:
            self.user_word_tag_tab[text] = self._user_tags[text] = tag
        if frequency == 0 and text:
            self.add_force_split(text)
        self._changes[text] = frequency
        self._segmenters = {}

    def del_word(self, word: str | bytes) -> None:
        """Delete a word: it is segmented into its parts."""
        self.add_word(word, 0)

    def add_force_split(self, word: str) -> None:
        """Keep the HMM from making this word."""
        self.forced = self.forced or Dictionary()
        self.forced.set(word, 1)

    def suggest_freq(self, segment: str | bytes | Iterable[str], tune: bool = False) -> int:
        """The frequency with which a word comes out whole, or, given its pieces, comes apart.

        Args:
            segment: the word, or its pieces.
            tune: give it that frequency.
        """
        self.check_initialized()
        total, share = float(self.total), 1.0
        if isinstance(segment, (str, bytes)):
            word = decoded(segment)
            pieces = self._cut(word, layout.WORDS, False)
        else:
            pieces = [decoded(piece) for piece in segment]
            word = "".join(pieces)
        for piece in pieces:
            share *= self.FREQ.get(piece, 1) / total
        if isinstance(segment, (str, bytes)):
            frequency = max(int(share * self.total) + 1, self.FREQ.get(word, 1))
        else:
            frequency = min(int(share * self.total), self.FREQ.get(word, 0))
        if tune:
            self.add_word(word, frequency)
        return frequency

    # ---- cutting ----

    def cut(
        self, sentence: str | bytes, cut_all: bool = False, HMM: bool = True, use_paddle: bool = False
    ) -> Iterator[str]:
        """The words of a text, one after the other; see :meth:`lcut`."""
        yield from self.lcut(sentence, cut_all, HMM, use_paddle)

    def lcut(
        self, sentence: str | bytes, cut_all: bool = False, HMM: bool = True, use_paddle: bool = False
    ) -> list[str]:
        """The words of a text.

        Args:
            sentence: any text.
            cut_all: every word of the dictionary that occurs anywhere.
            HMM: find words that the dictionary does not have.
            use_paddle: taken and not used, as in a jieba without paddle.
        """
        text = sentence if type(sentence) is str else decoded(sentence)
        if self.backend == "cnlp":
            return self.segmenter("full" if cut_all else "default", HMM).segment(text)
        return self._cut(text, layout.ALL if cut_all else layout.WITH_HMM if HMM else layout.WORDS, False)

    def cut_for_search(self, sentence: str | bytes, HMM: bool = True) -> Iterator[str]:
        """The words of a text, and before each long one the words within it; see :meth:`lcut_for_search`."""
        yield from self.lcut_for_search(sentence, HMM)

    def lcut_for_search(self, sentence: str | bytes, HMM: bool = True) -> list[str]:
        """The words of a text for an index: words of two and three characters before those that contain them."""
        text = decoded(sentence)
        if self.backend == "cnlp":
            return self.segmenter("search", HMM).segment(text)
        return self._cut(text, layout.WITH_HMM if HMM else layout.WORDS, True)

    def tokenize(
        self, unicode_sentence: str, mode: str = "default", HMM: bool = True
    ) -> Iterator[tuple[str, int, int]]:
        """Words with the offsets where they begin and end.

        Args:
            unicode_sentence: the text.
            mode: ``"default"``; anything else: as for an index.
            HMM: find words that the dictionary does not have.

        Raises:
            ValueError: the text is not a str, as in jieba.
        """
        if not isinstance(unicode_sentence, str):
            raise ValueError("jieba: the input parameter should be unicode.")
        if self.backend == "cnlp":
            segmenter = self.segmenter("default" if mode == "default" else "search", HMM)
            yield from ((token.text, token.start, token.end) for token in segmenter.tokenize(unicode_sentence))
            return
        self.check_initialized()
        kind, search = layout.WITH_HMM if HMM else layout.WORDS, mode != "default"
        arguments = unicode_sentence, log(self.total or 1), kind, search, self._hmm, self.forced
        yield from self.FREQ.dictionary.tokens(*arguments) or ()

    def get_DAG(self, sentence: str) -> dict[int, list[int]]:
        """The last character of every word that begins at each character."""
        self.check_initialized()
        found: dict[int, list[int]] = {}
        for start in range(len(sentence)):
            ends = []
            for end in range(start + 1, len(sentence) + 1):
                frequency = self.FREQ.dictionary.get(sentence[start:end])
                if frequency is None:
                    break
                if frequency:
                    ends.append(end - 1)
            found[start] = ends or [start]
        return found

    def calc(self, sentence: str, DAG: Mapping[int, list[int]], route: MutableMapping[int, tuple[float, int]]) -> None:
        """Fill in the best route: at each character its log probability and its word's last character."""
        route[len(sentence)] = (0, 0)
        log_total = log(self.total)
        for i in range(len(sentence) - 1, -1, -1):
            route[i] = max(
                (log(self.FREQ.get(sentence[i : last + 1]) or 1) - log_total + route[last + 1][0], last)
                for last in DAG[i]
            )

    def _cut(self, text: str, mode: int, search: bool) -> list[str]:
        if not self.initialized:
            self.initialize()
        words = self.FREQ.dictionary.cut(text, log(self.total or 1), mode, search, self._hmm, self.forced)
        if words is None:  # words that are not a stretch of the text: only the twin composes them
            words = self._twin(text).cut(text, 0.0, mode, search, None, None)
        return words

    def _twin(self, text: str) -> reference.Dictionary:
        """The words of the dictionary that occur in the text."""
        from cnlp.jieba._prefix import reference

        twin = reference.Dictionary()
        for start in range(len(text)):
            for end in range(start + 1, len(text) + 1):
                frequency = self.FREQ.get(text[start:end])
                if frequency is None:
                    break
                twin.set(text[start:end], frequency)
        return twin

    def segmenter(self, mode: Mode, HMM: bool) -> Segmenter:
        """The segmenter of the other backend; without words it does not know, the bigram one."""
        key = mode, HMM
        if key not in self._segmenters:
            from cnlp.segmentation import Segmenter

            self._segmenters[key] = Segmenter(self._lexicon(), mode=mode, algorithm=None if HMM else "bigram")
        return self._segmenters[key]

    def _lexicon(self) -> Lexicon | None:
        """The words that were added and deleted here, as the other backend takes them; ``None``: there are none."""
        from cnlp.lexicon import Entry, Lexicon

        entries = [
            Entry(word, mode="prefer" if frequency else "block", tag=self._user_tags.get(word))
            for word, frequency in self._changes.items()
            if word and (frequency or len(word) > 1)
        ]
        return Lexicon(entries) if entries else None


def _absolute(path: str | os.PathLike[str]) -> str:
    return os.path.normpath(os.path.join(os.getcwd(), path))


def read_dictionary(
    load: Callable[[bytes, int], tuple[int, int, int]], take: Callable[[str], int], content: bytes, name: str
) -> int:
    """Read the lines ``word frequency tag`` of a dictionary.

    Args:
        load: reads from a byte on; returns where it stopped, the sum of what it read, and how many lines.
        take: reads a line that ``load`` stopped at; returns what it read.
        content: the lines.
        name: of the file, for errors.

    Returns:
        The sum of what was read.

    Raises:
        FormatError: a line is not an entry.
    """
    total = number = at = 0
    while at < len(content):
        at, part, lines = load(content, at)
        total += part
        number += lines
        if at < len(content):
            end = content.find(b"\n", at)
            end = len(content) if end < 0 else end
            number += 1
            line = content[at:end]
            try:
                total += take(line.decode().strip())
            except (ValueError, IndexError, OverflowError):
                shown = line.decode(errors="backslashreplace").strip()
                raise errors.bad_line(name, number, f"want 'word frequency tag', got {shown!r}") from None
            at = end + 1
    return total
