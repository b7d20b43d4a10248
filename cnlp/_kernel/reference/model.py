"""A lexicon model: the twin of the type Model."""

from __future__ import annotations

from array import array

from cnlp._kernel.reference.decode import bigram_path, unigram_path
from cnlp._kernel.reference.lattice import Lattice
from cnlp._kernel.reference.tables import Overlay, Tables


class Model(Tables):
    """The tables, and what they make of a text."""

    def edges(self, text: str, overlay: Overlay | None, spans: bytes | None) -> list[tuple[int, int, int, int, int]]:
        """(start, end, id, cost, source) of every permitted edge."""
        lattice = Lattice(self, text, overlay, spans)
        return [(start, *edge) for start, edges in enumerate(lattice.edges) for edge in edges]

    def path_costs(self, texts: list[str]) -> bytes:
        """What the best path of each text costs, as int32: the last Viterbi that the model can do."""
        find = bigram_path if len(self.bigrams) else unigram_path
        costs = (find(Lattice(self, text, None, None))[1] for text in texts)
        return array("i", (min(cost, 0x7FFFFFFF) for cost in costs)).tobytes()
