"""The options of augmentation, which ``cnlp augment`` and ``cnlp train ner`` share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from cnlp import errors
from cnlp.commands._options import gather
from cnlp.files.lines import naming
from cnlp.files.messages import print_message
from cnlp.model.format import begins_model
from cnlp.ner.augmentation import (
    CONFUSIONS,
    RATES,
    augment,
    check_rate,
    near_words,
    read_confusions,
    read_synonyms,
    words_outside,
)
from cnlp.ner.gazetteer import read_gazetteer

if TYPE_CHECKING:
    from cnlp.commands._lexicons import Decorator
    from cnlp.corpus.entities import Sentence
    from cnlp.ner.augmentation import Choices


_HEADER = 64  # bytes
_WORD2VEC = re.compile(rb"(\xef\xbb\xbf)?[0-9]+ [0-9]+\s")  # how files of word2vec begin


class Augmentation(NamedTuple):
    """What the options say.

    Attributes:
        rates: of operations; none for the default ones.
        copies: how many sentences are made from each one.
        gazetteers: files of further entities.
        synonyms: a file of synonyms, or of vectors, as its first bytes say.
        confusions: a file of characters and those that may replace them.
    """

    rates: dict[str, float]
    copies: int
    gazetteers: tuple[str, ...]
    synonyms: str | None
    confusions: str | None

    def __bool__(self) -> bool:
        """Whether operations were named."""
        return bool(self.rates)

    def __str__(self) -> str:
        rates = " ".join(f"{name}={rate:g}" for name, rate in self.rates.items())
        return f"{rates} copies={self.copies}"

    def apply(self, sentences: Sequence[Sentence], seed: int) -> list[Sentence]:
        """The sentences, each followed by those that are made from it; errors as of :func:`augment`."""
        for option, value, operation in (
            ("--gazetteer", self.gazetteers, "swap"),
            ("--synonyms", self.synonyms, "synonyms"),
            ("--confusions", self.confusions, "confuse"),
        ):
            if value and self.rates and operation not in self.rates:
                raise click.UsageError(f"{option} is for the operation {operation}, which is not named")
        names: dict[str, list[str]] = {}
        for path in self.gazetteers:
            for entry in read_gazetteer(path):
                if entry.mode != "block":
                    names.setdefault(entry.label, []).append(entry.text)
        known = sorted({span[2] for sentence in sentences for span in sentence.spans})
        if unknown := sorted(names.keys() - known):
            print_message(f"note: no sentence has the labels {', '.join(unknown)}; the labels are {', '.join(known)}")
        return augment(
            sentences,
            self.rates or None,
            copies=self.copies,
            names=names,
            synonyms=self._synonyms(sentences),
            confusions=CONFUSIONS if self.confusions is None else read_confusions(self.confusions),
            seed=seed,
        )

    def _synonyms(self, sentences: Sequence[Sentence]) -> Choices | None:
        if self.synonyms is None:
            return None
        with open(self.synonyms, "rb") as file, naming(self.synonyms):
            start = file.read(_HEADER)
        if not (begins_model(start) or _WORD2VEC.match(start)):
            return read_synonyms(self.synonyms)
        try:
            from cnlp.vectors.vectors import Vectors
        except ModuleNotFoundError as error:
            raise errors.missing_dependency(str(error.name), "train", "synonyms by vectors") from None
        words = (sentence.text[start:end] for sentence in sentences for start, end in words_outside(sentence))
        return near_words(Vectors.load(self.synonyms).words, words)


NO_AUGMENTATION = Augmentation({}, 1, (), None, None)  # the options' defaults


def _parse_rates(_: click.Context, __: click.Parameter, values: Sequence[str]) -> dict[str, float]:
    """NAME=RATE."""
    rates = {}
    for value in values:
        name, equals, rate = value.partition("=")
        errors.check_choice("operation", name, RATES)
        try:
            rates[name] = float(rate) if equals else RATES[name]
        except ValueError:
            raise click.BadParameter(f"expected NAME=RATE, such as swap=0.5, got {value!r}") from None
        check_rate(name, rates[name])
    return rates


def augmentation_options(name: str) -> Decorator:
    """The option ``name`` for rates, and those of what replaces; the command gets an :class:`Augmentation`."""
    usual = ", ".join(f"{operation}={rate:g}" for operation, rate in RATES.items())
    options = [
        click.option(
            name,
            "rates",
            multiple=True,
            callback=_parse_rates,
            metavar="NAME[=RATE]",
            help="An operation and its probability, for each entity, word, character or sentence; may be repeated. "
            f"The usual ones: {usual}.",
        ),
        click.option(
            "--copies",
            type=click.IntRange(1),
            default=1,
            show_default=True,
            help="How many sentences are made from each one.",
        ),
        click.option(
            "-g",
            "--gazetteer",
            "gazetteers",
            multiple=True,
            metavar="FILE",
            help="Further entities for swap, text<TAB>label; may be repeated.",
        ),
        click.option(
            "--synonyms",
            metavar="FILE",
            help="Synonyms between blanks, a group of them a line, or the Cilin thesaurus; or vectors of 'cnlp train "
            "vectors' or word2vec, whose nearest words are taken.",
        ),
        click.option(
            "--confusions",
            metavar="FILE",
            help="Characters and those that may replace them, such as: 的 地得.  [default: a short list]",
        ),
    ]
    return gather(Augmentation, "augmentation", Augmentation._fields, options)
