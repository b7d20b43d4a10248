"""The public corpora that the project knows: where, in which format, of which standard, on what terms.

The files are not in the package. They are looked for in the folder that the environment variable
``CNLP_DATA`` names, else in ``../shared/data`` seen from the current folder. Every file has its SHA-256, so
that a result can say on which bytes it was made.

Standards differ from corpus to corpus (``standard``); no two may be mixed in one model without a label.
``split`` is the role that the publisher gave the file: ``train``, ``dev``, ``test``, or ``words`` for a
training word list.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cnlp import errors
from cnlp.corpus.annotated import AnnotatedSentence, read_annotated
from cnlp.corpus.conll import read_conll
from cnlp.corpus.pfr import read_pfr
from cnlp.corpus.plain import read_word_list, read_words
from cnlp.corpus.sentence import TaggedSentence
from cnlp.corpus.word_pos import read_word_pos

_ENVIRONMENT = "CNLP_DATA"
_DEFAULT = "../shared/data"
_BLOCK = 1 << 20

_TAGGED: dict[str, Callable[[Path], Iterator[TaggedSentence]]] = {
    "pfr": read_pfr,
    "conll": read_conll,
    "word_pos": read_word_pos,
}


@dataclass(frozen=True, slots=True)
class CorpusSource:
    """Who publishes files, and on what terms.

    Attributes:
        title: name of the collection.
        page: where it is described.
        terms: terms of use as the publisher states them.
        url: the address of a file with ``{}`` for its location, or of a zip archive in which the location is a
            member; ``None`` if files are sent on request or must be converted: see the page.
    """

    title: str
    page: str
    terms: str
    url: str | None = None


_RAW = "https://raw.githubusercontent.com"
_CWS = f"{_RAW}/hankcs/multi-criteria-cws"

CORPUS_SOURCES: dict[str, CorpusSource] = {
    "icwb2": CorpusSource(
        "Second International Chinese Word Segmentation Bakeoff (SIGHAN 2005)",
        "http://sighan.cs.uchicago.edu/bakeoff2005/",
        "research use; for any other use ask the providers named there",
        "http://sighan.cs.uchicago.edu/bakeoff2005/data/icwb2-data.zip",
    ),
    "pfr": CorpusSource(
        "PFR People's Daily 1998",
        "https://opendata.pku.edu.cn/",
        "free for research (Peking University ICL, Fujitsu, People's Daily)",
    ),
    "msr-sample": CorpusSource(
        "a tenth of the MSR training part of SIGHAN 2005",
        "http://sighan.cs.uchicago.edu/bakeoff2005/",
        "research use; for any other use ask the providers named there",
    ),
    "multi-criteria-cws": CorpusSource(
        "SXU, UD Chinese GSD, Weibo Treebank and ZhuXian, as kept with multi-criteria-cws",
        "https://github.com/hankcs/multi-criteria-cws",
        "research (SXU: not stated; UD: CC BY-SA; WTB: research only, its README says how to cite)",
        f"{_CWS}/d5d97b9db418696c7b0c2e85ee31e421ab3c3a14/data/other/{{}}",
    ),
    "cnc": CorpusSource(
        "corpus of the national language committee, one part",
        "https://github.com/hankcs/multi-criteria-cws",
        "not stated",
        f"{_CWS}/572d776eb4fcc76e36c2c2f9dbaf0a0872a27e02/data/raw/cnc/{{}}",
    ),
    "amttl": CorpusSource(
        "AMTTL medical forum, its tags written as words", "https://github.com/adapt-sjtu/AMTTL", "MIT"
    ),
    "resume": CorpusSource(
        "Resume NER (Zhang and Yang 2018)",
        "https://github.com/jiesutd/LatticeLSTM",
        "research",
        f"{_RAW}/jiesutd/LatticeLSTM/master/ResumeNER/{{}}",
    ),
    "weibo": CorpusSource(
        "Weibo NER, second edition (Peng and Dredze 2015; He and Sun 2016)",
        "https://github.com/hltcoe/golden-horse",
        "research; cite the papers that its README names",
        f"{_RAW}/hltcoe/golden-horse/master/data/{{}}",
    ),
    "msra": CorpusSource(
        "MSRA named entities (SIGHAN 2006)",
        "https://www.aclweb.org/anthology/W06-0115/",
        "research use; for any other use ask Microsoft Research Asia",
    ),
    "cluener": CorpusSource(
        "CLUENER 2020",
        "https://github.com/CLUEbenchmark/CLUENER2020",
        "research; see the page",
        "https://storage.googleapis.com/cluebenchmark/tasks/cluener_public.zip",
    ),
    "ecommerce": CorpusSource(
        "product titles (Jie, Xie, Lu, Ding and Li 2019)",
        "https://github.com/allanj/ner_incomplete_annotation",
        "research",
        f"{_RAW}/allanj/ner_incomplete_annotation/b656a9a6151acc78fd7a0b88c5a16a33300d5ccf/data/ecommerce/{{}}",
    ),
    "youku": CorpusSource(
        "video titles (Jie, Xie, Lu, Ding and Li 2019)",
        "https://github.com/allanj/ner_incomplete_annotation",
        "research",
        f"{_RAW}/allanj/ner_incomplete_annotation/a885c29bba4178885dcf4b674019650775d9512c/data/youku/{{}}",
    ),
    "csl": CorpusSource(
        "CSL, abstracts of papers with keywords (Li and others 2022)",
        "https://github.com/ydli-ai/CSL",
        "Apache-2.0",
        f"{_RAW}/ydli-ai/CSL/7d4799935cebae63f25d39a82086878130a4d492/benchmark/kg/{{}}",
    ),
    "present-day": CorpusSource(
        "real Chinese of 2017 to 2025, annotated by hand for this project",
        "docs/benchmarks.md",
        "not published: the texts belong to their authors",
    ),
}


@dataclass(frozen=True, slots=True)
class Corpus:
    """One file of a public corpus; a line of ``corpora.tsv``.

    Attributes:
        name: the name for :func:`load_corpus`.
        path: where it lies in the data folder.
        format: ``words``, ``pfr``, ``conll`` or ``word_pos`` of words, ``word_list``; ``bmes``, ``bio`` or
            ``cluener`` of named entities (read by :mod:`cnlp.corpus.entities`); ``annotated`` of words and entities;
            ``keyphrases``; ``new_words``: a word, its kind, and more columns under a heading.
        standard: the annotation standard; corpora of one standard may be pooled.
        split: ``train``, ``dev``, ``test`` or ``words``.
        size: bytes.
        sha256: hexadecimal SHA-256 of the file.
        source: a key of :data:`CORPUS_SOURCES`.
        location: where the source has it; empty where that has no address.
        vocabulary: name of the official list of training words, for OOV recall; ``None`` if there is none.

    >>> CORPORA["pku-test"].vocabulary
    'pku-words'
    """

    name: str
    path: str
    format: str
    standard: str
    split: str
    size: int
    sha256: str
    source: str
    location: str
    vocabulary: str | None = None


def _read_table() -> Iterator[Corpus]:
    lines = Path(__file__).with_name("corpora.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines[1:]:
        name, path, form, standard, split, size, sha256, source, location, vocabulary = line.split("\t")
        yield Corpus(name, path, form, standard, split, int(size), sha256, source, location, vocabulary or None)


CORPORA: dict[str, Corpus] = {corpus.name: corpus for corpus in _read_table()}


def data_folder() -> Path:
    """The folder of the corpora: ``CNLP_DATA`` if set, else ``../shared/data`` if that exists.

    Raises:
        cnlp.errors.ArgumentError: neither is a folder.

    >>> data_folder()  # doctest: +SKIP
    PosixPath('../shared/data')
    """
    folder = chosen_folder()
    if not folder.is_dir():
        raise errors.ArgumentError(
            f"no folder of corpora at {folder}; name it with the environment variable {_ENVIRONMENT}"
        )
    return folder


def chosen_folder() -> Path:
    """Where the corpora belong, whether the folder is there or not."""
    return Path(os.environ.get(_ENVIRONMENT) or _DEFAULT)


def find_corpus(name: str) -> Corpus:
    """The corpus called ``name``.

    Raises:
        cnlp.errors.ArgumentError: there is none.

    >>> find_corpus("pku-test").split
    'test'
    """
    try:
        return CORPORA[name]
    except KeyError:
        raise errors.unknown_choice("corpus", name, CORPORA) from None


def load_corpus(name: str, folder: Path | None = None) -> Iterator[list[str]]:
    """Yield the words of each sentence of a corpus; tags, where it has some, are left out.

    Args:
        name: a key of :data:`CORPORA`.
        folder: the data folder; default :func:`data_folder`.

    Raises:
        cnlp.errors.ArgumentError: unknown name, a word list, or no data folder.
        OSError: the file cannot be read.
        cnlp.errors.FormatError: a line breaks the format.

    >>> next(load_corpus("pku-test"))[:4]  # doctest: +SKIP
    ['共同', '创造', '美好', '的']
    """
    corpus = find_corpus(name)
    if corpus.format == "words":
        return read_words(_path(corpus, folder))
    if corpus.format == "annotated":
        return (list(sentence.words) for sentence in load_annotated(name, folder))
    return (list(sentence.words) for sentence in load_tagged(name, folder))


def load_annotated(name: str, folder: Path | None = None) -> Iterator[AnnotatedSentence]:
    """Yield the sentences of a corpus of words and entities (``annotated``), with the text as it was written.

    Raises:
        cnlp.errors.ArgumentError: unknown name, a corpus of another format, or no data folder.
        OSError: the file cannot be read.
        cnlp.errors.FormatError: a line breaks the format.

    >>> next(load_annotated("present-day-dev")).domain  # doctest: +SKIP
    'video_danmu'
    """
    corpus = find_corpus(name)
    if corpus.format != "annotated":
        choices = (known.name for known in CORPORA.values() if known.format == "annotated")
        raise errors.unknown_choice("annotated corpus", name, choices)
    return read_annotated(_path(corpus, folder))


def load_tagged(name: str, folder: Path | None = None) -> Iterator[TaggedSentence]:
    """Yield the tagged sentences of a corpus that has tags (``pfr``, ``conll``: column 4, ``word_pos``).

    Raises:
        cnlp.errors.ArgumentError: unknown name, a corpus without tags, or no data folder.
        OSError: the file cannot be read.
        cnlp.errors.FormatError: a line breaks the format.

    >>> next(load_tagged("zhuxian-dev")).tags  # doctest: +SKIP
    ('OD', 'M', 'VV')
    """
    corpus = find_corpus(name)
    if corpus.format not in _TAGGED:
        choices = (known.name for known in CORPORA.values() if known.format in _TAGGED)
        raise errors.unknown_choice("tagged corpus", name, choices)
    return _TAGGED[corpus.format](_path(corpus, folder))


def load_vocabulary(name: str, folder: Path | None = None) -> frozenset[str] | None:
    """The official training words that belong to the test set ``name``, or ``None`` if there are none.

    Raises:
        cnlp.errors.ArgumentError: unknown name, or no data folder.
        OSError: the file cannot be read.

    >>> "研习班" in load_vocabulary("pku-test")  # doctest: +SKIP
    True
    """
    words = find_corpus(name).vocabulary
    return None if words is None else read_word_list(_path(find_corpus(words), folder))


def verify(name: str, folder: Path | None = None) -> bool:
    """Whether the file of the corpus ``name`` has the SHA-256 of the registry.

    Raises:
        cnlp.errors.ArgumentError: unknown name, or no data folder.
        OSError: the file cannot be read.

    >>> verify("pku-test")  # doctest: +SKIP
    True
    """
    corpus = find_corpus(name)
    return file_sha256(_path(corpus, folder)) == corpus.sha256


def file_sha256(path: str | os.PathLike[str]) -> str:
    """Hexadecimal SHA-256 of a file, read in blocks of 1 MiB.

    >>> file_sha256(os.devnull)[:8]
    'e3b0c442'
    """
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _path(corpus: Corpus, folder: Path | None) -> Path:
    return (folder or data_folder()) / corpus.path
