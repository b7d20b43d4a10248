"""Text as numbers: vocabularies, lexicon words, batches.

Characters are folded (width, case, script; every digit is 0) and have a row each, as have the pairs of neighbours
(bigrams) and the lexicon's words of two characters and more that occur in the text. Vocabularies come from the
training part only, and from the vectors, which know more; everything else is one unknown row. A word of the lexicon
without a row is still an edge of the lattice.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from cnlp import errors
from cnlp.lexicon.trie import Trie
from cnlp.model.registry import open_model
from cnlp.ner.parts import GENERAL
from cnlp.sequence.schemes import TagReader, spans_to_tags, tag_set
from cnlp.text.sentences import sentence_spans
from cnlp.vectors.tables import bigrams, fold, matches

if TYPE_CHECKING:
    from cnlp.evaluation.entities import EntitySpan
    from cnlp.ner.base import Labelled
    from cnlp.ner.parts import Part
    from cnlp.sequence.targets import Targets
    from cnlp.vectors.vectors import Vectors

PADDING, UNKNOWN_ROW = 0, 1
FIRST_ROW = 2
POOL = 50  # batches among which sentences are sorted by length
_STOPS = frozenset("，、；：,;: \t　")


class WordLattice(NamedTuple):
    """The lexicon's words in the sentences of a batch, flat: word e is in sentence[e] at start[e] .. end[e].

    Attributes:
        sentence: (E,) long, its row in the batch.
        start: (E,) long, its first character.
        end: (E,) long, its last character, inclusive.

    Sorted by sentence, then end, then start.
    """

    sentence: Tensor
    start: Tensor
    end: Tensor


class Batch(NamedTuple):
    """Sentences as tensors; 0 is padding, 1 unknown.

    Attributes:
        characters: (B, n) long.
        bigrams: (B, n) long, of each character and the next one.
        mask: (B, n) bool, true for characters, false for padding.
        lengths: (B,) long.
        words: (E,) long, the rows of the lattice's words.
        lattice: their positions.
        standards: (B,) long, whose conventions each sentence follows.
        texts: the B texts.
        tags: (B, n) long, 0 after the end; ``None`` if unknown.
        targets: (B, n, T) a teacher's probabilities of tags, 0 after the end; ``None`` without a teacher.
        pairs: (B, T, T) its expected counts of transitions.
    """

    characters: Tensor
    bigrams: Tensor
    mask: Tensor
    lengths: Tensor
    words: Tensor
    lattice: WordLattice
    standards: Tensor
    texts: list[str]
    tags: Tensor | None
    targets: Tensor | None = None
    pairs: Tensor | None = None

    def to(self, device: str | torch.device) -> Batch:
        """The same on another device."""

        def move(part: Any) -> Any:
            if isinstance(part, WordLattice):
                return WordLattice(*(tensor.to(device) for tensor in part))
            return part.to(device) if isinstance(part, Tensor) else part

        return Batch(*map(move, self))


class Example(NamedTuple):
    """One sentence as numbers; see :class:`Batch`."""

    text: str
    characters: list[int]
    bigrams: list[int]
    words: list[int]
    starts: list[int]
    ends: list[int]
    tags: list[int] | None
    standard: int
    targets: Targets | None = None


def lattice_lexicon(words: Iterable[str] | None = None) -> Trie:
    """The words of lattices: custom ones, or those of the shipped lexicon, which is mapped, not copied."""
    if words is None:
        return Trie.from_file(open_model("core", "lexicon"))
    return Trie.build(list(dict.fromkeys(map(fold, words))))


class Vocabulary:
    """Rows of characters, bigrams and words, and numbers of tags. Immutable.

    Args:
        characters, bigrams: folded strings and their rows.
        words: folded words of the lexicon and their rows.
        tags: all tags, by number.
        scheme: that of the tags.
        lexicon: the words of the lattice, those of two characters and more; ``None``: no lattice.
        standards: their names; a text follows the first one, unless another is given.
    """

    def __init__(
        self,
        characters: Mapping[str, int],
        bigrams: Mapping[str, int],
        words: Mapping[str, int],
        tags: Sequence[str],
        scheme: str = "BMES",
        lexicon: Trie | None = None,
        standards: Sequence[str] = (GENERAL,),
    ) -> None:
        self.characters, self.bigrams, self.words = characters, bigrams, words
        self.tags, self.scheme = list(tags), scheme
        self.lexicon = lexicon
        self.standards = list(standards)
        self._tag_numbers = {tag: number for number, tag in enumerate(self.tags)}
        self._reader = TagReader(scheme)

    @classmethod
    def build(
        cls,
        sentences: Sequence[Labelled],
        scheme: str = "BMES",
        lexicon: Trie | None = None,
        vectors: Vectors | None = None,
        least: int = 1,
        standards: Sequence[str] = (GENERAL,),
    ) -> Vocabulary:
        """The vocabulary of the training part and the vectors.

        Args:
            sentences: the training part, texts with their spans.
            scheme: BMES, IOBES or BIO.
            lexicon: words of the lattice; ``None``: no lattice.
            vectors: pretrained vectors, whose characters, bigrams and (of the lexicon) words get rows too.
            least: rarer items that have no vector share the unknown row.
            standards: their names.
        """
        texts = [fold(text) for text, _ in sentences]
        tables = (vectors.characters, vectors.bigrams, vectors.words) if vectors else ()
        singles, pairs, known = (table.items for table in tables) if tables else ([], [], [])
        words: Iterable[str] = ()
        if lexicon is not None:
            own = (text[start:end] for text in texts for start, end, _ in matches(lexicon, text))
            words = chain(_frequent(own, least), (word for word in known if len(word) > 1 and word in lexicon))
        labels = sorted({label for _, spans in sentences for _, _, label in spans})
        return cls(
            _number(_frequent(chain.from_iterable(texts), least), singles),
            _number(_frequent(chain.from_iterable(map(bigrams, texts)), least), pairs),
            _number(words),
            tag_set(scheme, labels),
            scheme,
            lexicon,
            standards,
        )

    @property
    def sizes(self) -> tuple[int, int, int]:
        """How many rows characters, bigrams and words have."""
        tables = (self.characters, self.bigrams, self.words)
        first, second, third = (max(table.values(), default=UNKNOWN_ROW) + 1 for table in tables)
        return first, second, third

    def encode(self, text: str, spans: Sequence[EntitySpan] | None = None, standard: int = 0) -> Example:
        """A sentence as numbers, that of its standard among them.

        Raises:
            ArgumentError: a span is empty, reaches outside, overlaps another, or has a label that training did not.
        """
        folded = fold(text)
        characters = [self.characters.get(char, UNKNOWN_ROW) for char in folded]
        pairs = [self.bigrams.get(pair, UNKNOWN_ROW) for pair in bigrams(folded)]
        words = self._words_of(folded)
        tags = None
        if spans is not None:
            try:
                tags = [self._tag_numbers[tag] for tag in spans_to_tags(spans, len(text), self.scheme)]
            except KeyError as error:
                raise errors.ArgumentError(f"tag {error.args[0]!r} does not occur in the training part") from None
        return Example(
            text, characters, pairs, [row for _, _, row in words], [start for start, _, _ in words],
            [end - 1 for _, end, _ in words], tags, standard,
        )  # fmt: skip

    def spans(self, numbers: Sequence[int]) -> list[EntitySpan]:
        """The entities that legal tags write."""
        found = self._reader.spans([self.tags[number] for number in numbers])
        return [(start, end, label or "") for start, end, label in found]

    def _words_of(self, folded: str) -> list[tuple[int, int, int]]:
        """(start, end, row) of the lexicon's words, by end, then start."""
        found = matches(self.lexicon, folded) if self.lexicon is not None else []
        rows = ((start, end, self.words.get(folded[start:end], UNKNOWN_ROW)) for start, end, _ in found)
        return sorted(rows, key=lambda match: (match[1], match[0]))


def collate(examples: Sequence[Example]) -> Batch:
    """Sentences of any lengths as one batch."""
    lengths = [len(example.characters) for example in examples]
    width = max(lengths, default=0)

    def pad(rows: Iterable[list[int]]) -> Tensor:
        return torch.tensor([row + [PADDING] * (width - len(row)) for row in rows], dtype=torch.long)

    def join(name: str) -> Tensor:
        return torch.tensor([number for example in examples for number in getattr(example, name)], dtype=torch.long)

    sizes = torch.tensor([len(example.words) for example in examples], dtype=torch.long)
    sentence = torch.repeat_interleave(torch.arange(len(examples)), sizes)
    length = torch.tensor(lengths, dtype=torch.long)
    tags = [example.tags for example in examples if example.tags is not None]
    taught = [example.targets for example in examples if example.targets is not None]
    return Batch(
        pad(example.characters for example in examples),
        pad(example.bigrams for example in examples),
        torch.arange(width) < length[:, None],
        length,
        join("words"),
        WordLattice(sentence, join("starts"), join("ends")),
        torch.tensor([example.standard for example in examples], dtype=torch.long),
        [example.text for example in examples],
        pad(tags) if len(tags) == len(examples) else None,
        pad_sequence([torch.from_numpy(each.tags) for each in taught], batch_first=True) if taught else None,
        torch.stack([torch.from_numpy(each.pairs) for each in taught]) if taught else None,
    )


def shuffled_batches(examples: Sequence[Example], size: int, seed: str) -> list[list[Example]]:
    """All examples in random batches of similar lengths.

    Sentences are shuffled, sorted by length within pools of ``POOL`` batches, split, and the batches are shuffled.
    """
    rng = random.Random(seed)
    order = list(examples)
    rng.shuffle(order)
    batches = []
    for start in range(0, len(order), POOL * size):
        pool = sorted(order[start : start + POOL * size], key=lambda example: len(example.characters))
        batches += [pool[at : at + size] for at in range(0, len(pool), size)]
    rng.shuffle(batches)
    return batches


def sorted_batches(lengths: Sequence[int], size: int, characters: int = 2048) -> Iterator[list[int]]:
    """Numbers of sentences in batches by length: at most ``size`` of them, or ``characters`` with padding.

    With many more characters FLAT's attention leaves the processor's cache and is slower.
    """
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) == size or (len(batch) + 1) * lengths[number] > characters):
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def cut_long(text: str, limit: int, spans: Sequence[EntitySpan] = ()) -> list[tuple[int, int]]:
    """Where the pieces of a text start and end, none longer than ``limit`` characters, and no span is split.

    A piece ends after a sentence if one ends in it, else after a comma or white space, else anywhere.

    Raises:
        ArgumentError: a span is longer than the limit.

    >>> cut_long("他来了。他走了。", 5)
    [(0, 4), (4, 8)]
    """
    if len(text) <= limit:
        return [(0, len(text))]
    whole = {at for start, end, _ in spans for at in range(start + 1, end)}
    ends = {end for _, end in sentence_spans(text)}
    pieces, start = [], 0
    while len(text) - start > limit:
        places = [at for at in range(start + limit, start, -1) if at not in whole]
        if not places:
            shown = text[start : start + 20]
            raise errors.ArgumentError(f"an entity is longer than max_length, {limit} characters: {shown!r}...")
        end = next((at for at in places if at in ends), None)
        end = end or next((at for at in places if text[at - 1] in _STOPS), places[0])
        pieces.append((start, end))
        start = end
    return [*pieces, (start, len(text))]


def encode_parts(parts: Sequence[Part], vocabulary: Vocabulary, limit: int) -> tuple[list[Example], int]:
    """What an epoch learns from as numbers, and how many sentences were split.

    Args:
        parts: the training part, then those of other standards.
        vocabulary: knows all their tags and standards.
        limit: characters of a sentence at most; longer ones are split.

    Raises:
        ArgumentError: a span is longer than the limit, or as :meth:`Vocabulary.encode`; the sentence is named.
    """
    examples, split = [], 0
    for part in parts:
        standard = vocabulary.standards.index(part.standard)
        for number, (text, spans) in enumerate(part.sentences, 1):
            try:
                pieces = cut_long(text, limit, spans)
                split += len(pieces) > 1
                for start, end in pieces:
                    inside = [(a - start, b - start, label) for a, b, label in spans if start <= a < end]
                    if start < end:
                        examples += [vocabulary.encode(text[start:end], inside, standard)] * part.repeat
            except errors.ArgumentError as error:
                where = "the training part" if part is parts[0] else f"the part {part.standard!r}"
                raise errors.ArgumentError(f"sentence {number} of {where}: {error}") from None
    return examples, split


def _number(*keys: Iterable[str]) -> dict[str, int]:
    return {key: row for row, key in enumerate(dict.fromkeys(chain(*keys)), FIRST_ROW)}


def _frequent(items: Iterable[str], least: int) -> list[str]:
    """What comes at least so often, in the order of its first coming."""
    return [item for item, times in Counter(items).items() if times >= least]
