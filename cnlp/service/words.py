"""The words and names that a service knows: those of its files, and over them those of a request."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from cnlp.keyphrases import Extractor, make_extractor
from cnlp.keyphrases.resources import resources_for
from cnlp.lexicon import Entry, Lexicon
from cnlp.lexicon.reloading import ReloadingLexicon
from cnlp.ner.entities import finder, recognizer_for
from cnlp.ner.gazetteer import open_gazetteer
from cnlp.pos.tagger import tagger_for
from cnlp.segmentation import Segmenter, segmenter_for
from cnlp.service.models import sort_models
from cnlp.service.settings import Settings

if TYPE_CHECKING:
    from typing import TypeAlias

    from cnlp.names import Algorithm, KeywordMethod, Mode
    from cnlp.types import Entity

    Find: TypeAlias = Callable[[list[str]], list[list[Entity]]]

MANY = 10_000  # words; as long as a request lays its own over them, it is not a short one
_log = logging.getLogger("uvicorn.error")


class ServedWords:
    """The lexicon of a service, and what was made over it for the last requests.

    Args:
        settings: with the files of the lexicon and the gazetteer, if there are any.
    """

    def __init__(self, settings: Settings) -> None:
        self._names = ", ".join(settings.lexicons)
        self._files = (
            ReloadingLexicon(settings.lexicons, encoding=settings.lexicon_encoding) if settings.lexicons else None
        )
        self._lexicons = lru_cache(maxsize=16)(_laid_over)
        self._extractors = lru_cache(maxsize=16)(self._extractor)
        self._finders = lru_cache(maxsize=16)(self._finder)
        self._gazetteer = open_gazetteer(settings.gazetteers)
        models = sort_models(settings.models)
        self._words = segmenter_for(model=models["words"]) if "words" in models else None
        self._tables = resources_for(models.get("keywords"))
        self._entities = models.get("entities")
        self._recognizers = lru_cache(maxsize=16)(recognizer_for)
        self.tagger = tagger_for(models.get("tags"))

    @property
    def lexicon(self) -> Lexicon | None:
        """The words of the files as they are now."""
        return self._files.lexicon if self._files else None

    @property
    def are_many(self) -> bool:
        """Does it take long to lay others over them?"""
        return self._files is not None and self._files.lexicon.size > MANY

    def with_entries(self, entries: tuple[Entry | str, ...]) -> Lexicon | None:
        """The lexicon of a request."""
        return self._lexicons(self.lexicon, entries)

    def segmenter(
        self, entries: tuple[Entry | str, ...], mode: Mode, algorithm: Algorithm | None, standard: str | None
    ) -> Segmenter:
        """The segmenter of a request."""
        return segmenter_for(mode, algorithm, standard, self.with_entries(entries), self._words)

    def extractor(
        self, entries: tuple[Entry | str, ...], method: KeywordMethod, algorithm: Algorithm | None, standard: str | None
    ) -> Extractor:
        """What finds the keywords of a request."""
        return self._extractors(self.with_entries(entries), method, algorithm, standard)

    def finder(self, entries: tuple[Entry | str, ...], standard: str | None) -> Find:
        """What finds the entities of a request."""
        return self._finders(self.with_entries(entries), standard)

    def _extractor(
        self, lexicon: Lexicon | None, method: KeywordMethod, algorithm: Algorithm | None, standard: str | None
    ) -> Extractor:
        segmenter = segmenter_for("default", algorithm, standard, lexicon, self._words)
        return make_extractor(method, segmenter=segmenter, model=self._tables)

    def _finder(self, lexicon: Lexicon | None, standard: str | None) -> Find:
        return finder(self._recognizers(self._entities, standard), None, self._gazetteer, (), lexicon)

    def watch(self) -> Callable[[], None]:
        """Take up the files when they change, and say so in the log.

        Returns:
            What ends this.
        """
        if self._files is None:
            return lambda: None
        _log.info("lexicon: %s: %d entries", self._names, self._files.lexicon.size)
        return self._files.watch(self._report)

    def _report(self, error: Exception | None) -> None:
        if error is not None:
            _log.error("lexicon: not taken up, the words from before stay: %s", error)
            return
        self._lexicons.cache_clear()  # they hold the words from before
        self._extractors.cache_clear()
        self._finders.cache_clear()
        assert self._files is not None
        _log.info("lexicon: %s has changed: %d entries taken up", self._names, self._files.lexicon.size)


def _laid_over(lexicon: Lexicon | None, entries: tuple[Entry | str, ...]) -> Lexicon | None:
    return Lexicon(entries, base=lexicon) if entries else lexicon
