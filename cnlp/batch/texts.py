"""Many texts: ``segment_batch``, ``tag_batch``, ``entities_batch``, ``keywords_batch``.

Any iterable goes in, also one without end; results come out in its order, each when it is asked for. Texts are handed
in groups of some 64,000 characters to workers (:mod:`cnlp.batch.workers`), at most four groups for each in flight, so
that memory does not depend on the number of texts. The results are those of one text after the other.

Workers are threads where the kernel does the work, without the interpreter's lock; what remains with it is making the
lists. They are processes where Python itself works: for keywords, with regular expressions, gazetteers, rules, a
lexicon's tags, overlapping words, or without the compiled kernel. A process maps the same model files, gets lexicons
and settings once, and sends its results as columns of numbers, of which lists are made here
(:mod:`cnlp.batch.columns`).
"""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from cnlp import errors
from cnlp._kernel import IS_NATIVE
from cnlp.batch.columns import pack_keywords, pack_spans, pack_words, unpack_keywords, unpack_spans, unpack_words
from cnlp.batch.workers import count_workers, ordered_map
from cnlp.types import Entity, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, TypeAlias, TypeVar

    from cnlp.batch.columns import Codec, PackedResults
    from cnlp.keyphrases import Extractor
    from cnlp.keyphrases.idf import IdfLike
    from cnlp.keyphrases.resources import KeyphrasesLike
    from cnlp.lexicon.lexicon import LexiconLike
    from cnlp.names import Algorithm, KeywordMethod, Mode, Standard, Tagset
    from cnlp.ner.entities import RecognizerLike
    from cnlp.ner.gazetteer import GazetteerLike
    from cnlp.ner.rules import Rules
    from cnlp.pos.tagger import PartOfSpeech, TaggerLike
    from cnlp.segmentation import Segmenter
    from cnlp.segmentation.segmenter import SegmenterLike
    from cnlp.types import Keyword

    _Result = TypeVar("_Result")
    Work: TypeAlias = Callable[[list[str]], list[list[_Result]]]

GROUP_CHARACTERS = 1 << 16
GROUP_TEXTS = 1 << 12


def segment_batch(
    texts: Iterable[str],
    *,
    workers: int | None = None,
    processes: bool | None = None,
    mode: Mode = "default",
    algorithm: Algorithm | None = None,
    standard: Standard | None = None,
    lexicon: LexiconLike | None = None,
    model: SegmenterLike | None = None,
) -> Iterator[list[str]]:
    """Segment many texts.

    Args:
        texts: any iterable of str: a list, an open text file, a generator without end.
        workers: how many work at once; one for each core if ``None``. One worker is the calling thread, which reads
            one text at a time; several read ahead.
        processes: workers are processes (True) or threads (False); the faster if ``None``. A script that may get
            processes needs ``if __name__ == "__main__":`` around what it does.
        mode, algorithm, standard, lexicon, model: as in :func:`cnlp.segment`.

    Yields:
        The words of each text, in order.

    Raises:
        TextTypeError: a text is not a str, after the results of those before it; or ``texts`` itself is one.
        ArgumentError: unknown mode, algorithm or standard; ``workers`` is less than 1.
        WorkerError: a worker process was killed; or the iterator is used after ``os.fork``.

    >>> for words in segment_batch(["南京市长江大桥", "研究生命的起源"], workers=2):
    ...     print(words)
    ['南京市', '长江', '大桥']
    ['研究', '生命', '的', '起源']
    """
    from cnlp.segmentation import segmenter_for

    chosen = segmenter_for(mode, algorithm, standard, lexicon, model)
    separate = _are_processes(processes, not (IS_NATIVE and chosen.is_plain))
    return _results(texts, workers, chosen.segment_many, (pack_words, unpack_words) if separate else None)


def tag_batch(
    texts: Iterable[str],
    *,
    workers: int | None = None,
    processes: bool | None = None,
    algorithm: Algorithm | None = None,
    standard: Standard | None = None,
    lexicon: LexiconLike | None = None,
    tagset: Tagset = "pfr",
    model: TaggerLike | None = None,
    segmenter: SegmenterLike | None = None,
) -> Iterator[list[Token]]:
    """Segment many texts into words and tag their parts of speech.

    Args:
        texts, workers, processes: as in :func:`segment_batch`.
        algorithm, standard, lexicon, tagset, model, segmenter: as in :func:`cnlp.tag`.

    Yields:
        The tokens of each text, in order.

    Raises:
        TextTypeError, ArgumentError, WorkerError: as :func:`segment_batch`; also for an unknown tag set.

    >>> [[token.tag for token in tokens] for tokens in tag_batch(["我爱北京。", "他在上海"], workers=2)]
    [['r', 'v', 'ns', 'w'], ['r', 'p', 'ns']]
    """
    from cnlp.pos.tagger import tagger_for
    from cnlp.pos.tagsets import check_tagset
    from cnlp.segmentation import segmenter_for

    check_tagset(tagset)
    chosen = segmenter_for("default", algorithm, standard, lexicon, segmenter, "segmenter")
    is_fast = IS_NATIVE and chosen.is_plain and chosen.lexicon.kernel_overlay is None
    separate = _are_processes(processes, not is_fast)
    codec = (partial(pack_spans, Token), partial(unpack_spans, Token)) if separate else None
    return _results(texts, workers, partial(tag_texts, chosen, tagset, tagger_for(model)), codec)


def entities_batch(
    texts: Iterable[str],
    *,
    workers: int | None = None,
    processes: bool | None = None,
    model: RecognizerLike | None = None,
    standard: Standard | None = None,
    gazetteer: GazetteerLike | None = None,
    rules: Rules | Iterable[str] | bool = False,
    lexicon: LexiconLike | None = None,
) -> Iterator[list[Entity]]:
    """Find the named entities of many texts.

    Args:
        texts, workers, processes: as in :func:`segment_batch`.
        model, standard, gazetteer, rules, lexicon: as in :func:`cnlp.entities`.

    Yields:
        The entities of each text, in order.

    Raises:
        TextTypeError, ArgumentError, WorkerError: as :func:`segment_batch`; also for an unknown standard or rule.
        OSError, ModelError: a file cannot be read, or is damaged.

    >>> for found in entities_batch(["王小明在北京大学读书", "她去了上海"], workers=2):
    ...     print([(entity.text, entity.label) for entity in found])
    [('王小明', 'PER'), ('北京大学', 'ORG')]
    [('上海', 'LOC')]
    """
    from cnlp.ner.entities import are_none, finder

    is_fast = IS_NATIVE and gazetteer is None and are_none(rules)
    separate = _are_processes(processes, not is_fast)
    codec = (partial(pack_spans, Entity), partial(unpack_spans, Entity)) if separate else None
    return _results(texts, workers, finder(model, standard, gazetteer, rules, lexicon), codec)


def keywords_batch(
    texts: Iterable[str],
    *,
    workers: int | None = None,
    processes: bool | None = None,
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
) -> Iterator[list[Keyword]]:
    """Find the keywords of many texts.

    Args:
        texts, workers, processes: as in :func:`segment_batch`.
        top_k, method, phrases, pos, stopwords, min_length, idf, algorithm, standard, lexicon, model, segmenter: as in
            :func:`cnlp.keywords`.

    Yields:
        The keywords of each text, in order.

    Raises:
        TextTypeError, ArgumentError, WorkerError: as :func:`segment_batch`; also as :func:`cnlp.keywords`.

    >>> for found in keywords_batch(["长江大桥横跨长江。", "北京大学在北京。"], workers=2, top_k=1):
    ...     print(found[0].text)
    长江
    北京大学
    """
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
    codec = (pack_keywords, unpack_keywords) if _are_processes(processes, True) else None
    return _results(texts, workers, work, codec)


def tag_texts(segmenter: Segmenter, tagset: str, model: PartOfSpeech, texts: list[str]) -> list[list[Token]]:
    """The tokens of each text; a worker process can have it with its first arguments."""
    from cnlp.pos.tagger import convert_tokens

    return [convert_tokens(tokens, tagset) for tokens in segmenter.tag_many(texts, model)]


def keywords_work(top_k: int, method: str, phrases: bool, **options: Any) -> Work[Keyword]:
    """What finds the keywords of several texts by the arguments of :func:`cnlp.keywords`; other processes can have it.

    Raises:
        ArgumentError, OSError, FormatError: as :func:`cnlp.keywords`, now, before a text is read.
    """
    from cnlp.keyphrases import make_extractor

    extractor = make_extractor(method, phrases, **options)
    extractor.keywords("", top_k)
    return partial(_keywords_of_texts, extractor, top_k)


def _keywords_of_texts(extractor: Extractor, top_k: int, texts: list[str]) -> list[list[Keyword]]:
    return [extractor.keywords(text, top_k) for text in texts]


def _results(
    texts: Iterable[str], workers: int | None, work: Work[_Result], codec: Codec[Any] | None
) -> Iterator[list[_Result]]:
    """An iterator over the results; wrong arguments raise now, not when it is first used."""
    if isinstance(texts, (str, bytes)) or not hasattr(texts, "__iter__"):
        given = "one" if isinstance(texts, (str, bytes)) else type(texts).__name__
        raise errors.TextTypeError(f"texts must be several texts, such as a list of str, not {given}")
    return _iterate(iter(texts), count_workers(workers), work, codec)


def _are_processes(asked: bool | None, by_default: bool) -> bool:
    """Are workers processes, as the caller asked or by default?"""
    if asked is None:
        return by_default
    errors.check_flags(processes=asked)
    return asked


def _iterate(
    texts: Iterator[str], workers: int, work: Work[_Result], codec: Codec[Any] | None
) -> Iterator[list[_Result]]:
    pack, unpack = codec if codec is not None and workers > 1 else (None, None)
    groups = ((group, group) for group in _groups(texts, workers > 1))
    outcomes = ordered_map(
        partial(_attempt, work, pack), groups, workers=workers, processes=pack is not None, weigh=_characters
    )
    with closing(outcomes):
        for group, outcome in outcomes:
            assert outcome is not None
            results, failure = outcome()
            yield from results if unpack is None else unpack(group, results)
            if failure is not None:
                raise failure


def _groups(texts: Iterator[str], many: bool) -> Iterator[list[str]]:
    """Lists of one text, or of ``many``; a non-text item raises after the results before it."""
    group: list[str] = []
    size = 0
    try:
        for number, text in enumerate(texts):
            if not isinstance(text, str):
                raise errors.not_text(text, f"text {number} (from 0)")
            group.append(text)
            size += len(text)
            if not many or size >= GROUP_CHARACTERS or len(group) == GROUP_TEXTS:
                yield group
                group, size = [], 0
    except Exception:
        if group:
            yield group
        raise
    if group:
        yield group


def _characters(group: list[str]) -> int:
    return sum(map(len, group))


def _attempt(
    work: Work[_Result], pack: Callable[[list[list[_Result]]], PackedResults] | None, group: list[str]
) -> tuple[Any, Exception | None]:
    """The results of a group, or those up to the text with which something is wrong, and that."""
    results: list[list[_Result]] = []
    failure = None
    try:
        results = work(group)
    except Exception:
        for text in group:
            try:
                results += work([text])
            except Exception as error:
                failure = error
                break
    return results if pack is None else pack(results), failure
