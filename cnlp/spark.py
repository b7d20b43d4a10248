"""Spark: words, tags, entities, keywords and sentences of a column, as Arrow functions. Needs ``cnlp[spark]``.

    frame.select(spark.segment_udf(lexicon="my.tsv")("text"))

Each function takes the settings of its namesake in :mod:`cnlp` and returns a user-defined function of Spark: from
texts to arrays, from null to null. Offsets are counted in code points, as Spark's ``substring`` counts characters, but
from 0.

Files of words, names and models are read here, on the driver, once. What was made of them travels with the tasks, and a
worker process unpacks it once; shipped models are those of the worker's cnlp. New words of a DataFrame are found by
:mod:`cnlp.discovery.spark`, whose functions are here, too.
"""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from cnlp import errors
from cnlp.discovery.spark import discover_words as discover_words
from cnlp.discovery.spark import ngram_statistics as ngram_statistics
from cnlp.discovery.spark import require_spark
from cnlp.discovery.spark import start_session as start_session
from cnlp.model.format import ModelFile

if TYPE_CHECKING:
    from typing import TypeAlias

    import pyarrow
    from pyspark.sql import DataFrame

    from cnlp.keyphrases.idf import IdfLike
    from cnlp.keyphrases.resources import KeyphrasesLike
    from cnlp.lexicon.lexicon import LexiconLike
    from cnlp.names import Algorithm, KeywordMethod, Mode, Standard, Tagset
    from cnlp.ner.entities import RecognizerLike
    from cnlp.ner.gazetteer import GazetteerLike
    from cnlp.ner.rules import Rules
    from cnlp.pos.tagger import TaggerLike
    from cnlp.segmentation.segmenter import SegmenterLike

    Udf: TypeAlias = Callable[..., Any]
    Work: TypeAlias = Callable[[list[str]], list[list[Any]]]

_KEPT = 16  # settings that a worker process keeps unpacked
_PART = re.compile(r"[\w.\- ]+")
_FIELDS = {  # of the structs, as Arrow calls their types
    "tokens": {"text": "string", "start": "int32", "end": "int32", "tag": "string"},
    "sentences": {"text": "string", "start": "int32", "end": "int32"},
    "entities": {
        "text": "string",
        "start": "int32",
        "end": "int32",
        "label": "string",
        "score": "float64",
        "name": "string",
        "kind": "string",
    },
    "keywords": {"text": "string", "score": "float64", "count": "int32"},
}


def segment_udf(
    *,
    mode: Mode = "default",
    algorithm: Algorithm | None = None,
    standard: Standard | None = None,
    lexicon: LexiconLike | None = None,
    model: SegmenterLike | None = None,
) -> Udf:
    """A function ``text -> array<string>``: the words.

    Args:
        mode, algorithm, standard, lexicon, model: as in :func:`cnlp.segment`.

    Raises:
        ArgumentError, OSError, FormatError: as :func:`cnlp.segment`.
        MissingDependencyError: PySpark or pyarrow is not installed.
    """
    from cnlp.segmentation import segmenter_for

    return _udf(segmenter_for(mode, algorithm, standard, lexicon, model).segment_many)


def tag_udf(
    *,
    algorithm: Algorithm | None = None,
    standard: Standard | None = None,
    lexicon: LexiconLike | None = None,
    tagset: Tagset = "pfr",
    model: TaggerLike | None = None,
    segmenter: SegmenterLike | None = None,
) -> Udf:
    """A function ``text -> array<struct<text, start, end, tag>>``: the words with their parts of speech.

    Args:
        algorithm, standard, lexicon, tagset, model, segmenter: as in :func:`cnlp.tag`.

    Raises:
        ArgumentError, OSError, FormatError: as :func:`cnlp.tag`.
        MissingDependencyError: PySpark or pyarrow is not installed.
    """
    from cnlp.batch.texts import tag_texts
    from cnlp.pos.tagger import tagger_for
    from cnlp.pos.tagsets import check_tagset
    from cnlp.segmentation import segmenter_for

    check_tagset(tagset)
    chosen = segmenter_for("default", algorithm, standard, lexicon, segmenter, "segmenter")
    return _udf(partial(tag_texts, chosen, tagset, tagger_for(model)), "tokens")


def entities_udf(
    *,
    model: RecognizerLike | None = None,
    standard: Standard | None = None,
    gazetteer: GazetteerLike | None = None,
    rules: Rules | Iterable[str] | bool = False,
    lexicon: LexiconLike | None = None,
) -> Udf:
    """A function ``text -> array<struct<text, start, end, label, score, name, kind>>``: the named entities.

    Args:
        model, standard, gazetteer, rules, lexicon: as in :func:`cnlp.entities`.

    Raises:
        ArgumentError, OSError, ModelError: as :func:`cnlp.entities`.
        MissingDependencyError: PySpark or pyarrow is not installed.
    """
    from cnlp.ner.entities import finder

    return _udf(finder(model, standard, gazetteer, rules, lexicon), "entities")


def keywords_udf(
    *,
    top_k: int = 20,
    method: KeywordMethod = "combined",
    phrases: bool = True,
    pos: Iterable[str] | None = None,
    stopwords: Iterable[str] | None = None,
    min_length: int = 2,
    idf: IdfLike | None = None,
    algorithm: Algorithm | None = None,
    standard: Standard | None = None,
    lexicon: LexiconLike | None = None,
    model: KeyphrasesLike | None = None,
    segmenter: SegmenterLike | None = None,
) -> Udf:
    """A function ``text -> array<struct<text, score, count>>``: the keywords, the best first.

    Args:
        top_k, method, phrases, pos, stopwords, min_length, idf, algorithm, standard, lexicon, model, segmenter: as in
            :func:`cnlp.keywords`.

    Raises:
        ArgumentError, OSError, FormatError: as :func:`cnlp.keywords`.
        MissingDependencyError: PySpark or pyarrow is not installed.
    """
    from cnlp.batch.texts import keywords_work

    work = keywords_work(
        top_k,
        method,
        phrases,
        pos=pos,
        stopwords=stopwords,
        min_length=min_length,
        idf=idf,
        algorithm=algorithm,
        standard=standard,
        lexicon=lexicon,
        model=model,
        segmenter=segmenter,
    )
    return _udf(work, "keywords")


def sentences_udf() -> Udf:
    """A function ``text -> array<struct<text, start, end>>``: the sentences, as :func:`cnlp.sentences` divides them.

    Raises:
        MissingDependencyError: PySpark or pyarrow is not installed.
    """
    return _udf(_sentences, "sentences")


def write_parts(parts: Mapping[str, DataFrame], output: str, *, format: str = "parquet") -> list[str]:
    """Write frames to ``output/part=NAME``, each by itself, and skip those that are complete.

    Run again after an interruption, it continues with the part that was interrupted: Spark marks a complete folder
    with a file ``_SUCCESS``. ``spark.read.parquet(output)`` reads all parts as one frame with a column ``part``. A
    part that is to be made anew, as its input or the settings changed, has to be deleted first.

    Args:
        parts: frames by the names of their parts; what they need is computed when their turn comes.
        output: a folder on any file system that Spark writes.
        format: of the files: ``"parquet"``, ``"json"``, ``"orc"``.

    Returns:
        The names of the parts that were written now.

    Raises:
        ArgumentError: a name has other characters than letters, digits, blanks, ``_``, ``-`` and ``.``.
    """
    wrong = [name for name in parts if not _PART.fullmatch(name)]
    if wrong:
        raise errors.ArgumentError(
            f"the name of a part has letters, digits, blanks, '_', '-' and '.', not {wrong[0]!r}"
        )
    written = []
    for name, frame in parts.items():
        folder = f"{output}/part={name}"
        if not _is_complete(frame, folder):
            frame.write.format(format).mode("overwrite").save(folder)
            written.append(name)
    return written


def _is_complete(frame: DataFrame, folder: str) -> bool:
    context: Any = frame.sparkSession.sparkContext
    path = context._jvm.org.apache.hadoop.fs.Path(f"{folder}/_SUCCESS")
    return bool(path.getFileSystem(context._jsc.hadoopConfiguration()).exists(path))


def _sentences(texts: list[str]) -> list[list[tuple[str, int, int]]]:
    from cnlp.text.sentences import sentence_spans

    return [[(text[start:end], start, end) for start, end in sentence_spans(text)] for text in texts]


def _udf(work: Work, struct: str | None = None) -> Udf:
    """A user-defined function of what finds words, or objects with the fields of a struct, in several texts."""
    require_spark()
    import pyarrow
    from pyspark.sql.functions import arrow_udf
    from pyspark.sql.pandas.types import from_arrow_type

    packed = _packed(work)
    kind = _arrow_type(struct)

    def function(texts: Any) -> Any:
        return _apply(packed, struct, texts)

    function.__annotations__ = dict.fromkeys(("texts", "return"), pyarrow.Array)  # Spark reads them
    udf: Udf = arrow_udf(function, from_arrow_type(kind))
    return udf


class _Packer(pickle.Pickler):
    """Takes the content of the user's model files, which other machines do not have."""

    def reducer_override(self, value: object) -> Any:
        if isinstance(value, ModelFile) and not value.is_of_package:
            return value.copied().__reduce__()
        return NotImplemented


def _packed(work: Work) -> bytes:
    buffer = io.BytesIO()
    _Packer(buffer, pickle.HIGHEST_PROTOCOL).dump(work)
    return buffer.getvalue()


def _arrow_type(struct: str | None) -> pyarrow.DataType:
    import pyarrow

    if struct is None:
        return pyarrow.list_(pyarrow.string())
    fields = [(name, pyarrow.type_for_alias(alias)) for name, alias in _FIELDS[struct].items()]
    return pyarrow.list_(pyarrow.struct(fields))


# ---- in a worker process ----


@lru_cache(_KEPT)
def _unpacked(packed: bytes) -> Work:
    """Unpacked once, whichever tasks bring it."""
    work: Work = pickle.loads(packed)
    return work


def _apply(packed: bytes, struct: str | None, texts: pyarrow.Array) -> pyarrow.Array:
    """The results of a batch of texts; null for null."""
    import pyarrow

    given = texts.to_pylist()
    found = iter(_unpacked(packed)([text for text in given if text is not None]))
    results = (None if text is None else next(found) for text in given)
    if struct is None or struct == "sentences":
        rows = list(results)
    else:
        values = attrgetter(*_FIELDS[struct])
        rows = [None if row is None else list(map(values, row)) for row in results]
    return pyarrow.array(rows, _arrow_type(struct))
