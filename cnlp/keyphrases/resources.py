"""The shipped table of words for keywords: document frequencies, classes, stop words, weights; one model file."""

from __future__ import annotations

import os
from array import array
from functools import cache, cached_property

from cnlp._kernel import kernel
from cnlp.keyphrases.idf import Idf
from cnlp.lexicon.trie import Trie
from cnlp.model.registry import KEYPHRASES, open_model

KIND = "keyphrases"
TRIE_ARRAYS = ("units", "pages", "codes")


class Resources:
    """The content of the file; immutable.

    Args:
        path: the file; the shipped one by default.

    Raises:
        OSError: the file cannot be read.
        ModelError: it is damaged, or models something else.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        file = open_model(KEYPHRASES if path is None else path, KIND)
        self._file = file
        trie = Trie.from_file(file)
        with file.loading():
            self.idf = Idf(file.whole("documents"), trie, self._numbers("frequencies", "I"))
        self.lexicon: kernel.Trie = trie.handle
        self.letters = self._data("letters")

    @cached_property
    def weights(self) -> array[float]:
        """The weights of the features of :class:`cnlp.keyphrases.Combined`."""
        return array("d", self._numbers("weights", "f"))

    def _data(self, name: str) -> bytes:
        return self._file.read(name)

    def _numbers(self, name: str, code: str) -> array[float]:
        return array(code, self._data(name))


@cache
def shipped_resources() -> Resources:
    """The shipped file, opened when it is first asked for."""
    return Resources()
