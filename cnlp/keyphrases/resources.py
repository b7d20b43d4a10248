"""The shipped table of words for keywords: document frequencies, classes, stop words, weights; one model file."""

from __future__ import annotations

from array import array
from functools import cache
from typing import TYPE_CHECKING

from cnlp._kernel import kernel
from cnlp.keyphrases.idf import Idf
from cnlp.lazy import cached_property
from cnlp.lexicon.trie import Trie
from cnlp.model.registry import open_model

if TYPE_CHECKING:
    from typing import TypeAlias

    from cnlp.model.format import ModelFile
    from cnlp.model.registry import ModelLike

    KeyphrasesLike: TypeAlias = "Resources | ModelLike"

KIND = "keyphrases"


class Resources:
    """The content of the file; immutable.

    Args:
        model: the file, or ``"keyphrases"``, which is the shipped one.

    Raises:
        OSError: the file cannot be read.
        ModelError: it is damaged, or models something else.
    """

    def __init__(self, model: ModelLike = "keyphrases") -> None:
        file = open_model(model, KIND)
        self._file = file
        trie = Trie.from_file(file)
        with file.loading():
            self.idf = Idf(file.whole("documents"), trie, self._numbers("frequencies", "I"))
        self.lexicon: kernel.Trie = trie.handle
        self.letters = self._data("letters")

    def __reduce__(self) -> tuple[type[Resources], tuple[ModelFile]]:
        return Resources, (self._file,)

    @cached_property
    def weights(self) -> array[float]:
        """The weights of the features of :class:`cnlp.keyphrases.Combined`."""
        return array("d", self._numbers("weights", "f"))

    def _data(self, name: str) -> bytes:
        return self._file.read(name)

    def _numbers(self, name: str, code: str) -> array[float]:
        return array(code, self._data(name))


def resources_for(model: KeyphrasesLike | None = None) -> Resources:
    """The tables, those of a file, or the shipped ones, which are opened once; errors as of :class:`Resources`."""
    if isinstance(model, Resources):
        return model
    if model is None or (isinstance(model, str) and model == "keyphrases"):
        return shipped_resources()
    return Resources(model)


@cache
def shipped_resources() -> Resources:
    """The shipped file, opened when it is first asked for."""
    return Resources()
