"""spaCy: a tokenizer, a tagger and an entity recogniser for its pipelines. Needs ``cnlp[spacy]``.

>>> import spacy
>>> nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"@tokenizers": "cnlp.Tokenizer.v1"}}})
>>> tagger = nlp.add_pipe("cnlp_tagger")
>>> [(token.text, token.tag_, token.pos_) for token in nlp("我爱北京。")]
[('我', 'r', 'PRON'), ('爱', 'v', 'VERB'), ('北京', 'ns', 'PROPN'), ('。', 'w', 'PUNCT')]

spaCy finds the names through entry points, nothing need be imported. White space is kept: ``doc.text`` is the
text. A pipeline that was saved holds the user's words; models are those of the installed package, or the paths
that its configuration names.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnlp import errors

try:
    from spacy.language import Language
    from spacy.tokens import Doc, Span
    from spacy.util import filter_spans
    from spacy.vocab import Vocab
except ImportError:
    raise errors.missing_dependency("spacy", "spacy", "cnlp.spacy") from None

from cnlp.lexicon import Entry, Lexicon
from cnlp.lexicon.lexicon import as_lexicon
from cnlp.ner.entities import recognizer_for
from cnlp.pos.tagger import tag_words, tagger_for
from cnlp.pos.tagsets import convert_tag
from cnlp.segmentation import segmenter_for

if TYPE_CHECKING:
    from cnlp.lexicon.lexicon import LexiconLike
    from cnlp.names import Algorithm, Standard

_FILE = "cnlp.json"


class Tokenizer:
    """Segments as :func:`cnlp.segment`; made by ``@tokenizers = "cnlp.Tokenizer.v1"``.

    Args:
        vocab: of the pipeline.
        algorithm: see :class:`cnlp.Segmenter`.
        standard: see :class:`cnlp.Segmenter`.
        lexicon: user words, as in :func:`cnlp.segment`; saved with the pipeline.
        model: what segments instead of the shipped perceptron: a name of :func:`cnlp.models`, or the path of a file.
    """

    def __init__(
        self,
        vocab: Vocab,
        algorithm: Algorithm | None = None,
        standard: Standard | None = None,
        lexicon: LexiconLike | None = None,
        model: str | None = None,
    ) -> None:
        self.vocab = vocab
        self._set(algorithm, standard, lexicon, model)

    def _set(
        self,
        algorithm: Algorithm | None,
        standard: Standard | None,
        lexicon: LexiconLike | None,
        model: str | None,
    ) -> None:
        self.algorithm, self.standard, self.model = algorithm, standard, model
        self._lexicon = None if lexicon is None else as_lexicon(lexicon)
        self._segmenter = segmenter_for("default", algorithm, standard, self._lexicon, model)

    @property
    def lexicon(self) -> Lexicon | None:
        """User words; set it to change them: ``nlp.tokenizer.lexicon = "words.tsv"``."""
        return self._lexicon

    @lexicon.setter
    def lexicon(self, lexicon: LexiconLike | None) -> None:
        self._set(self.algorithm, self.standard, lexicon, self.model)

    def __call__(self, text: str) -> Doc:
        """A document; a space after a word belongs to the word, other white space is tokens.

        Raises:
            EncodingError: the text has a lone surrogate, which spaCy cannot store.
        """
        words: list[str] = []
        spaces: list[bool] = []
        for word in self._segmenter.segment(text):
            if word == " " and words and not spaces[-1]:
                spaces[-1] = True
            else:
                words.append(word)
                spaces.append(False)
        try:
            return Doc(self.vocab, words=words, spaces=spaces)
        except UnicodeEncodeError as error:
            raise errors.EncodingError(
                f"spaCy cannot store the lone surrogate {error.object[error.start]!r}; replace it first: "
                "text.encode('utf-8', 'replace').decode()"
            ) from None

    def pipe(self, texts: Iterable[str], batch_size: int = 1000) -> Iterable[Doc]:
        """A document for each text."""
        return map(self, texts)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.vocab, self.to_bytes())

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The choices and the user's words, as JSON."""
        entries = self._lexicon.entries if self._lexicon is not None else []
        content = {"algorithm": self.algorithm, "standard": self.standard, "model": self.model, "entries": entries}
        return json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Tokenizer:
        """Take over what :meth:`to_bytes` gave."""
        content = json.loads(data.decode("utf-8", "surrogatepass"))
        entries = [_entry(fields) for fields in content["entries"]]
        lexicon = Lexicon(entries) if entries else None
        self._set(content["algorithm"], content["standard"], lexicon, content["model"])
        return self

    def to_disk(self, path: str | os.PathLike[str], *, exclude: Iterable[str] = ()) -> None:
        """Save into the pipeline's folder."""
        Path(path).mkdir(parents=True, exist_ok=True)
        Path(path, _FILE).write_bytes(self.to_bytes())

    def from_disk(self, path: str | os.PathLike[str], *, exclude: Iterable[str] = ()) -> Tokenizer:
        """Load from the pipeline's folder."""
        return self.from_bytes(Path(path, _FILE).read_bytes())


def _restore(vocab: Vocab, data: bytes) -> Tokenizer:
    return Tokenizer(vocab).from_bytes(data)


def _entry(fields: list[Any]) -> Entry:
    word, weight, tag, mode, pieces, partial, regex = fields
    return Entry(word, weight, tag, mode, tuple(pieces), partial, regex)


def make_tokenizer(
    algorithm: Algorithm | None = None,
    standard: Standard | None = None,
    lexicon: str | list[str] | None = None,
    model: str | None = None,
) -> Callable[[Language], Tokenizer]:
    """The tokenizer of the entry point ``cnlp.Tokenizer.v1``, with the settings of the configuration.

    Args:
        algorithm: see :class:`cnlp.Segmenter`.
        standard: see :class:`cnlp.Segmenter`.
        lexicon: the path of a file of user words, or the words.
        model: a name of :func:`cnlp.models`, or the path of a file.
    """

    def make(nlp: Language) -> Tokenizer:
        return Tokenizer(nlp.vocab, algorithm, standard, lexicon, model)

    return make


class Tagger:
    """Sets ``tag_`` (of PFR) and ``pos_`` (universal) of every token; ``cnlp_tagger``.

    Args:
        model: see :func:`cnlp.tag`; its tags should be those of PFR, or ``pos_`` is ``X``.
    """

    def __init__(self, model: str | None = None) -> None:
        self._tagger = tagger_for(model)

    def __call__(self, doc: Doc) -> Doc:
        """Tag a document in place."""
        words = [token for token in doc if not token.is_space]
        for token in doc:
            if token.is_space:
                token.tag_ = token.pos_ = "SPACE"
        for token, tag in zip(words, tag_words([token.text for token in words], model=self._tagger), strict=True):
            token.tag_ = tag or ""
            token.pos_ = convert_tag(tag or "", "universal", token.text) or "X"
        return doc


class EntityRecognizer:
    """Sets ``doc.ents``; ``cnlp_ner``. An entity that ends inside a token is extended to the token.

    Args:
        model: see :func:`cnlp.entities`.
    """

    def __init__(self, model: str | None = None) -> None:
        self._recognizer = recognizer_for(model)

    def __call__(self, doc: Doc) -> Doc:
        """Mark the entities of a document in place; those that are marked already stay."""
        found: list[Span] = list(doc.ents)
        for entity in self._recognizer.predict([doc.text])[0]:
            span = doc.char_span(entity.start, entity.end, entity.label, alignment_mode="expand")
            if span is not None and not any(span.start < other.end and other.start < span.end for other in found):
                found.append(span)
        doc.ents = tuple(filter_spans(found))
        return doc


@Language.factory("cnlp_tagger", assigns=["token.tag", "token.pos"], default_config={"model": None})
def make_tagger(nlp: Language, name: str, model: str | None) -> Tagger:
    """What ``nlp.add_pipe("cnlp_tagger")`` makes."""
    return Tagger(model)


@Language.factory("cnlp_ner", assigns=["doc.ents", "token.ent_iob", "token.ent_type"], default_config={"model": None})
def make_entity_recognizer(nlp: Language, name: str, model: str | None) -> EntityRecognizer:
    """What ``nlp.add_pipe("cnlp_ner")`` makes."""
    return EntityRecognizer(model)
