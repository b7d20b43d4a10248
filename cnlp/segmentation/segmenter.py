"""The Segmenter: a lexicon, an algorithm and a mode."""

from __future__ import annotations

from cnlp import errors
from cnlp._kernel import kernel
from cnlp._kernel.deadline import check
from cnlp._kernel.layout import SOURCE_CHARACTER, SOURCE_USER, TAGGER
from cnlp.lexicon.lexicon import Lexicon, as_lexicon
from cnlp.segmentation.algorithms import ALGORITHMS, DEFAULT_ALGORITHM, MATCHING, MODES, SOURCES, TAGGERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from cnlp.lexicon.lexicon import LexiconLike
    from cnlp.model.format import ModelFile
    from cnlp.model.registry import ModelLike
    from cnlp.names import Algorithm, Mode, Standard, Unknown
    from cnlp.pos.tagger import TaggerLike
    from cnlp.segmentation.explain import Explanation, Path
    from cnlp.segmentation.tagger import TaggerModel
    from cnlp.segmentation.trellis import Confidence
    from cnlp.sequence.estimator import Estimator
    from cnlp.types import Token

    SegmenterLike: TypeAlias = "Segmenter | Lexicon | Estimator | ModelLike"

FORCING_WEIGHT = 1_000_000  # in maximum matching, which knows no weights besides
LONGEST_WITHIN = 16  # characters of the user's words that are looked for inside a forced one


class Segmenter:
    """Segments text into words. Immutable; one can be shared by any number of threads.

    Args:
        lexicon: the words it knows: a Lexicon, the path of its file, or a list of words, which are laid over the
            shipped lexicon, or that of the model; that alone by default.
        algorithm: how it chooses among the candidates:

            * ``"forward"``, ``"backward"``: maximum matching, the longest word from the left or right;
            * ``"bidirectional"``: of both, the one with fewer words, then with fewer single characters;
            * ``"unigram"``: the most probable words, each by itself;
            * ``"bigram"``: the most probable words, each after the one before;
            * ``"perceptron"``: the best tags for the characters, which finds words that no list has. The
              user's ``force``, ``split`` and ``block`` entries are kept to; ``prefer`` entries count as the
              words that it knows best, and gain with their length and weight;
            * ``"crf"``: the same with a conditional random field; a smaller model of PFR alone;
            * ``"hmm"``: the same with a hidden Markov model of characters; tiny, and far less accurate.

            The default is what the model was made for, ``"perceptron"`` for the shipped one, and ``"bigram"`` where
            the lexicon's base is not part of the package (``Lexicon.only``): then only its words are to be found.
        mode: ``"default"``: every character in one word; ``"search"``: long words are preceded by the
            words within them; ``"full"``: all words that occur in the text, overlapping: for each character
            at most as many as the longest listed word has characters.

        unknown: a tagger, such as ``"perceptron"`` or ``"hmm"``, that proposes words which the lexicon does not
            have; ``"bigram"`` decides. A new word of n characters has the probability exp(-10 - 3 n). ``None``:
            only the lexicon's and the user's words, patterns and single characters.
        standard: segmentation standard of a tagger, such as ``"pku"`` or ``"msr"``; the first that its model has by
            default, ``"general"`` of the shipped one. The other algorithms have none.
        model: a name of :func:`cnlp.models`, the path of a file of ``cnlp train segment`` or of ``save`` of an
            estimator, a lexicon of words with frequencies (``Bigram.save``), or a Segmenter, of which the other
            arguments change the choices.

    Raises:
        ArgumentError: there is no such algorithm, mode, standard or model, or they do not go together.
        OSError: a file cannot be read.
        ModelError: the model file is damaged, or models something else.

    >>> Segmenter().segment("他说的确实在理。")
    ['他', '说', '的', '确实', '在理', '。']
    >>> Segmenter(algorithm="bigram").segment("记者杨茉薇报道")
    ['记者', '杨', '茉', '薇', '报道']
    >>> Segmenter(algorithm="bigram", unknown="perceptron").segment("记者杨茉薇报道")
    ['记者', '杨茉薇', '报道']
    """

    lexicon: Lexicon
    algorithm: Algorithm
    mode: Mode
    unknown: Unknown | None
    standard: Standard | None
    model: str | ModelFile | None  # of a tagger other than the shipped one of the algorithm
    tagger: TaggerModel | None

    def __init__(
        self,
        lexicon: LexiconLike | None = None,
        *,
        algorithm: Algorithm | None = None,
        mode: Mode = "default",
        unknown: Unknown | None = None,
        standard: Standard | None = None,
        model: SegmenterLike | None = None,
    ) -> None:
        base, tagger, self.model = None, None, None
        if isinstance(model, Segmenter):
            base, self.model, mode = model.lexicon, model.model, model.mode if mode == "default" else mode
            algorithm, unknown = algorithm or model.algorithm, unknown or model.unknown
            standard = standard or model.standard
        elif model is not None:
            from cnlp.segmentation.opening import open_words

            opened = open_words(model)
            if isinstance(opened, Lexicon):
                base, algorithm = opened, algorithm or "bigram"
            else:
                self.model = opened
        self.lexicon = as_lexicon(lexicon, base)
        if self.model is not None:
            from cnlp.segmentation.tagger import load_tagger

            tagger = load_tagger(self.model, standard)
        if algorithm is None:
            is_of_package = self.lexicon.is_shipped or standard is not None or tagger is not None
            by_default = (tagger.method if tagger is not None else None) or DEFAULT_ALGORITHM
            algorithm = by_default if is_of_package and unknown is None else "bigram"
        _check_choices(algorithm, mode, unknown, tagger)
        self.algorithm = algorithm
        self.mode = mode
        self.unknown = unknown
        self.standard = standard
        self.tagger = None
        if algorithm in MATCHING:
            self.lexicon = self.lexicon.forcing(FORCING_WEIGHT)
        parts = self.lexicon.model, min(ALGORITHMS.index(algorithm), TAGGER), self.lexicon.kernel_overlay
        if algorithm in TAGGERS or unknown is not None:
            from cnlp.segmentation.tagger import load_tagger

            tagger = tagger or load_tagger(TAGGERS[unknown or algorithm], standard)
            self.standard = tagger.standard
            self.tagger = tagger if unknown is None else None
            self.kernel = kernel.Segmenter(*parts, tagger.tagger)
        elif standard is not None or tagger is not None:
            raise errors.ArgumentError(f"algorithm {algorithm!r} has no standards and no model of a tagger")
        else:
            self.kernel = kernel.Segmenter(*parts)
        self.is_plain = mode == "default" and not self.lexicon.has_expressions
        self._tokenize: Callable[[str], list[Token]] | None = None  # made when first asked for
        self._tag: Callable[[str], list[Token]] | None = None
        if self.is_plain:
            # The kernel's own method, which does just that: a frame of Python's costs a twentieth of the time.
            self.__dict__["segment"] = self.kernel.segment

    def __repr__(self) -> str:
        settings = {"mode": self.mode, "unknown": self.unknown, "standard": self.standard, "model": self.model}
        unusual = {name: value for name, value in settings.items() if value not in ("default", "general", None)}
        shown = {"algorithm": self.algorithm, **unusual}
        return f"<Segmenter: {', '.join(f'{name} {value}' for name, value in shown.items())}; {self.lexicon!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _segmenter, (self.lexicon, self.algorithm, self.mode, self.unknown, self.standard, self.model)

    def segment(self, text: str) -> list[str]:
        """The words of the text; in the default mode ``"".join`` of them is the text.

        Raises:
            TextTypeError: ``text`` is not a str.
        """
        if not isinstance(text, str):
            raise errors.not_text(text)
        return [text[start:end] for start, end, _ in self._spans(text)]

    def segment_many(self, texts: list[str]) -> list[list[str]]:
        """The words of each text; where the kernel does all the work, other threads run meanwhile.

        Raises:
            TextTypeError: a text is not a str.
        """
        return self.kernel.segment_all(texts) if self.is_plain else [self.segment(text) for text in texts]

    def tokenize(self, text: str) -> list[Token]:
        """The words with their offsets, what proposed them, and the user's tags.

        Raises:
            TextTypeError: ``text`` is not a str.
        """
        if self._tokenize is None:
            self._tokenize = self._tokenizer()
        return self._tokenize(text)

    def tag(self, text: str, tagger: TaggerLike | None = None) -> list[Token]:
        """The words with their parts of speech; tags from the user's lexicon are kept.

        Args:
            text: any str.
            tagger: gives the tags: one that was trained, or the path of its file; the shipped one by default.

        Raises:
            TextTypeError: ``text`` is not a str.
            ArgumentError: the words of this mode overlap.
        """
        if tagger is not None:
            return self.tagging(tagger)(text)
        if self._tag is None:
            self._tag = self.tagging()
        return self._tag(text)

    def tagging(self, tagger: TaggerLike | None = None) -> Callable[[str], list[Token]]:
        """:meth:`tag` with this tagger, for many texts: the kernel's own method where it does all the work."""
        from functools import partial

        from cnlp.pos.tagger import SPACE_TAG, tagger_for
        from cnlp.types import Token

        if self.mode != "default":
            raise errors.ArgumentError(f"parts of speech need mode 'default'; words of mode {self.mode!r} overlap")
        tag: Callable[..., list[Token]] = partial(
            tagger_for(tagger).kernel.tokens, self.kernel, Token, SOURCES, SPACE_TAG
        )
        if self.lexicon.kernel_overlay is None and not self.lexicon.has_expressions:
            return tag
        return partial(self._tag_with_own, tag)

    def _tag_with_own(self, tag: Callable[..., list[Token]], text: str) -> list[Token]:
        """The tokens of a kernel's tagger, with the tags of the user's lexicon where it has one."""
        from cnlp.types import Token

        if not isinstance(text, str):
            raise errors.not_text(text)
        tokens, expression_tags = tag(text, self.lexicon.spans(text)), self.lexicon.tags(text)
        for k, token in enumerate(tokens):
            own = self._own_tag(token.text, token.start, expression_tags) if token.source == "user" else None
            if own is not None:
                tokens[k] = Token(token.text, token.start, token.end, own, token.source)
        return tokens

    def _tokenizer(self) -> Callable[[str], list[Token]]:
        """What :meth:`tokenize` calls: the kernel's own method where it does all the work."""
        from functools import partial

        from cnlp.types import Token

        is_kernels = self.is_plain and self.lexicon.kernel_overlay is None
        return partial(self.kernel.tokens, Token, SOURCES) if is_kernels else self._tokens

    def _tokens(self, text: str) -> list[Token]:
        """The tokens of any mode and lexicon."""
        from cnlp.types import Token

        if not isinstance(text, str):
            raise errors.not_text(text)
        tokens, expression_tags = [], self.lexicon.tags(text)
        for start, end, source in self._spans(text):
            check()
            word = text[start:end]
            tag = self._own_tag(word, start, expression_tags) if source == SOURCE_USER else None
            tokens.append(Token(word, start, end, tag, SOURCES[source]))
        return tokens

    def _own_tag(self, word: str, start: int, expression_tags: dict[tuple[int, int], str | None]) -> str | None:
        """The tag that the user's lexicon gives a word of the user's."""
        entry = self.lexicon.entry_of(word)
        return entry.tag if entry else expression_tags.get((start, start + len(word)))

    def tag_many(self, texts: list[str], tagger: TaggerLike | None = None) -> list[list[Token]]:
        """What :meth:`tag` gives for each text; without a lexicon of the user's other threads run meanwhile.

        Raises:
            TextTypeError: a text is not a str.
            ArgumentError: the words of this mode overlap.
        """
        if not self.is_plain or self.lexicon.kernel_overlay is not None:
            return [self.tag(text, tagger) for text in texts]
        from cnlp.pos.tagger import SPACE_TAG, tagger_for
        from cnlp.types import Token

        kernel_tagger = tagger_for(tagger).kernel
        tokens: list[list[Token]] = kernel_tagger.tokens_all(self.kernel, Token, SOURCES, SPACE_TAG, texts)
        return tokens

    def segment_bytes(self, data: bytes, delimiter: bytes = b" ") -> bytes:
        """Segment UTF-8 text to UTF-8 text; other threads run meanwhile.

        The delimiter is put between words, but not beside white space, so lines and spaces stay as
        they are.

        Args:
            data: whole lines.
            delimiter: what to put between words.

        Raises:
            UnicodeDecodeError: ``data`` is not UTF-8; its ``start`` is the offset in bytes.
        """
        if self.is_plain:
            return self.kernel.segment_bytes(data, delimiter)
        from itertools import pairwise

        from cnlp.text.characters import SPACE, char_class

        words = self.segment(data.decode("utf-8"))
        parts = [words[0].encode("utf-8")] if words else []
        for left, right in pairwise(words):
            if SPACE not in (char_class(left[-1]), char_class(right[0])):
                parts.append(delimiter)
            parts.append(right.encode("utf-8"))
        return b"".join(parts)

    def words(self, text: str) -> list[tuple[int, int]]:
        """The end and the source (index of ``SOURCES``) of each word of the default mode."""
        return self.kernel.words(text, self.lexicon.spans(text))

    def spans(self, text: str) -> bytes | None:
        """The input of the lattice besides its lexicon, as the kernel reads it: matches of the user's expressions,
        and the words that ``unknown`` proposes.
        """
        spans = self.lexicon.spans(text)
        return self.kernel.propose(text, spans) if self.unknown else spans

    def explain(self, text: str) -> Explanation:
        """Every candidate word, its cost, and the reason for each boundary.

        Raises:
            TextTypeError: ``text`` is not a str.
        """
        from cnlp.segmentation.explain import explain

        return explain(self, text)

    def n_best(self, text: str, n: int = 10) -> list[Path]:
        """The ``n`` best segmentations, the best first, with their costs in nats.

        Raises:
            TextTypeError: ``text`` is not a str.
            ArgumentError: ``n`` is less than 1, or the algorithm has no costs.
        """
        from cnlp.segmentation.explain import n_best

        return n_best(self, text, n)

    def confidence(self, text: str) -> list[Confidence]:
        """How sure the tagger is of each word of the default mode.

        Raises:
            TextTypeError: ``text`` is not a str.
            ArgumentError: the algorithm is not a tagger.
        """
        from cnlp.segmentation.trellis import Trellis

        if not isinstance(text, str):
            raise errors.not_text(text)
        if self.tagger is None:
            raise errors.ArgumentError(
                f"algorithm {self.algorithm!r} is not a tagger; confidence needs one of {', '.join(TAGGERS)}"
            )
        return Trellis(self, text).confidences() if text else []

    def _spans(self, text: str) -> list[tuple[int, int, int]]:
        """(start, end, source) of the words in the order of the mode."""
        if self.mode == "full":
            return self._full(text)
        spans, start = [], 0
        for end, source in self.words(text):
            if self.mode == "search" and end - start > 2:
                spans.extend(self._within(text, start, end))
            spans.append((start, end, source))
            start = end
        return spans

    def _within(self, text: str, start: int, end: int) -> list[tuple[int, int, int]]:
        """The words of two and more characters inside a word, by start, the shorter first."""
        return [
            (start + first, start + last, source)
            for first, last, _, _, source in self._edges(text[start:end], self.lexicon.spans(text[start:end]))
            if 1 < last - first < end - start and source != SOURCE_CHARACTER
        ]

    def _full(self, text: str) -> list[tuple[int, int, int]]:
        """Words of two and more characters, and the characters that none of them covers."""
        spans, covered = [], 0
        by_start: dict[int, list[tuple[int, int, int]]] = {}
        for start, end, _, _, source in self._edges(text, self.spans(text)):
            by_start.setdefault(start, []).append((start, end, source))
        for start, words in by_start.items():
            longer = [word for word in words if word[1] - start > 1]
            spans += longer or (words if start >= covered else [])
            covered = max(covered, words[-1][1])
        return spans

    def _edges(self, text: str, spans: bytes | None) -> list[tuple[int, int, int, int, int]]:
        """Permitted edges by start and end, one for each span: the one of the foremost source."""
        edges = self.lexicon.model.edges(text, self.lexicon.kernel_overlay, spans)
        first: dict[tuple[int, int], tuple[int, int, int, int, int]] = {}
        for edge in edges:
            start, end, _, _, source = edge
            if (start, end) not in first or source == SOURCE_USER != first[start, end][-1]:
                first[start, end] = edge
        if self.lexicon.kernel_overlay is not None:
            for start, end in [place for place, edge in first.items() if edge[-1] == SOURCE_USER]:
                for edge in self._edges_within_forced(text[start:end], start):
                    first.setdefault(edge[:2], edge)
        return [first[place] for place in sorted(first)]

    def _edges_within_forced(self, word: str, start: int) -> list[tuple[int, int, int, int, int]]:
        """The known words inside an entry with the mode ``force``, whose inner boundaries the lattice closes."""
        entry = self.lexicon.entry_of(word)
        if entry is None or entry.mode != "force" or len(word) < 3:
            return []
        edges = self.lexicon.model.edges(word, None, None)
        edges += [
            (first, last, 0, 0, SOURCE_USER)
            for first in range(len(word) - 1)
            for last in range(first + 2, min(first + LONGEST_WITHIN, len(word)) + 1)
            if self.lexicon.entry_of(word[first:last])
        ]
        return [
            (start + first, start + last, identity, cost, source)
            for first, last, identity, cost, source in edges
            if 1 < last - first < len(word) and word[first:last] in self.lexicon
        ]


def _check_choices(algorithm: Algorithm, mode: Mode, unknown: Unknown | None, tagger: TaggerModel | None) -> None:
    """Refuse names that do not exist, and choices that do not go together."""
    errors.check_choice("algorithm", algorithm, ALGORITHMS)
    errors.check_choice("mode", mode, MODES)
    if unknown is not None:
        errors.check_choice("tagger for unknown", unknown, TAGGERS)
    if unknown is not None and algorithm != "bigram":
        raise errors.ArgumentError(f"unknown words are proposed to 'bigram' only, not to {algorithm!r}")
    if tagger is not None and tagger.method not in (None, unknown or algorithm):
        raise errors.ArgumentError(f"the model was made for {tagger.method!r}, not for {unknown or algorithm!r}")


def _segmenter(
    lexicon: Lexicon,
    algorithm: Algorithm,
    mode: Mode,
    unknown: Unknown | None,
    standard: Standard | None,
    model: str | ModelFile | None,
) -> Segmenter:
    """A segmenter in another process."""
    return Segmenter(lexicon, algorithm=algorithm, mode=mode, unknown=unknown, standard=standard, model=model)
