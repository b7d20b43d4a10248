"""cnlp: Chinese word segmentation and text analysis.

>>> import cnlp
>>> cnlp.segment("南京市长江大桥")
['南京市', '长江', '大桥']

Names are imported when they are first used, so that ``import cnlp`` costs a millisecond.
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cnlp.batch.texts import entities_batch as entities_batch
    from cnlp.batch.texts import keywords_batch as keywords_batch
    from cnlp.batch.texts import segment_batch as segment_batch
    from cnlp.batch.texts import tag_batch as tag_batch
    from cnlp.discovery import WordDiscovery as WordDiscovery
    from cnlp.discovery import discover_words as discover_words
    from cnlp.keyphrases import keywords as keywords
    from cnlp.keyphrases import keywords_by_group as keywords_by_group
    from cnlp.lexicon import Entry as Entry
    from cnlp.lexicon import Lexicon as Lexicon
    from cnlp.lexicon.matcher import Match as Match
    from cnlp.lexicon.matcher import Matcher as Matcher
    from cnlp.loading import load as load
    from cnlp.loading import models as models
    from cnlp.ner.entities import entities as entities
    from cnlp.ner.gazetteer import Gazetteer as Gazetteer
    from cnlp.ner.linear import EntityRecognizer as EntityRecognizer
    from cnlp.ner.rules import Rules as Rules
    from cnlp.notebook import show as show
    from cnlp.pos.tagger import tag_words as tag_words
    from cnlp.segmentation import Segmenter as Segmenter
    from cnlp.segmentation import segment as segment
    from cnlp.segmentation import tag as tag
    from cnlp.segmentation import tokenize as tokenize
    from cnlp.text.chunks import chunks as chunks
    from cnlp.text.sentences import sentences as sentences
    from cnlp.types import Candidate as Candidate
    from cnlp.types import Chunk as Chunk
    from cnlp.types import Entity as Entity
    from cnlp.types import Keyword as Keyword
    from cnlp.types import Model as Model
    from cnlp.types import Token as Token
    from cnlp.vectors.vectors import Vectors as Vectors

_HOMES = {
    "Candidate": "cnlp.types",
    "Chunk": "cnlp.types",
    "Entity": "cnlp.types",
    "EntityRecognizer": "cnlp.ner.linear",
    "Entry": "cnlp.lexicon",
    "Gazetteer": "cnlp.ner.gazetteer",
    "Keyword": "cnlp.types",
    "Lexicon": "cnlp.lexicon",
    "Match": "cnlp.lexicon.matcher",
    "Matcher": "cnlp.lexicon.matcher",
    "Model": "cnlp.types",
    "Rules": "cnlp.ner.rules",
    "Segmenter": "cnlp.segmentation",
    "Token": "cnlp.types",
    "Vectors": "cnlp.vectors.vectors",
    "WordDiscovery": "cnlp.discovery",
    "chunks": "cnlp.text.chunks",
    "discover_words": "cnlp.discovery",
    "keywords": "cnlp.keyphrases",
    "entities": "cnlp.ner.entities",
    "entities_batch": "cnlp.batch.texts",
    "keywords_batch": "cnlp.batch.texts",
    "keywords_by_group": "cnlp.keyphrases",
    "load": "cnlp.loading",
    "models": "cnlp.loading",
    "segment": "cnlp.segmentation",
    "segment_batch": "cnlp.batch.texts",
    "sentences": "cnlp.text.sentences",
    "show": "cnlp.notebook",
    "tag": "cnlp.segmentation",
    "tag_batch": "cnlp.batch.texts",
    "tag_words": "cnlp.pos.tagger",
    "tokenize": "cnlp.segmentation",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'cnlp' has no attribute {name!r}")
    # Not importlib.import_module: importing importlib costs more than this package does.
    value = getattr(__import__(_HOMES[name], fromlist=[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
