"""The kernel in Python: the twin of the C sources, and the oracle they are tested against.

Read this package to learn what the kernel computes; the C files do the same faster. It is written for the whole text
at once, where the C kernel works block by block. The package itself is the twin of ``cnlp._kernel.native``, with the
same names, arguments and results; ``ngrams`` and ``training`` are those of the modules of their name.
"""

from __future__ import annotations

from cnlp._kernel.reference.entities import EntityTagger as EntityTagger
from cnlp._kernel.reference.files import Mapping as Mapping
from cnlp._kernel.reference.model import Model as Model
from cnlp._kernel.reference.pagerank import pagerank as pagerank
from cnlp._kernel.reference.pos import WordTagger as WordTagger
from cnlp._kernel.reference.segment import Segmenter as Segmenter
from cnlp._kernel.reference.shortcut import Shortcut as Shortcut
from cnlp._kernel.reference.tables import Overlay as Overlay
from cnlp._kernel.reference.tagger import Tagger as Tagger
from cnlp._kernel.reference.terms import Terms as Terms
from cnlp._kernel.reference.text import count_text as count_text
from cnlp._kernel.reference.text import cut_at as cut_at
from cnlp._kernel.reference.trie import Trie as Trie
from cnlp._kernel.reference.trie import build_trie as build_trie
