"""The public corpora of segmented text that the project knows: where, in which format, of which standard.

The files are no part of the package. They are looked for in the folder that the environment variable
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
from cnlp.corpus.conll import read_conll
from cnlp.corpus.pfr import read_pfr
from cnlp.corpus.plain import read_word_list, read_words
from cnlp.corpus.sentence import TaggedSentence
from cnlp.corpus.word_pos import read_word_pos

_ENVIRONMENT = "CNLP_DATA"
_DEFAULT = "../shared/data"
_BLOCK = 1 << 20

_PFR = "free for research (Peking University ICL, Fujitsu, People's Daily)"
_SIGHAN = "non-commercial research (SIGHAN 2005)"
_CC = "CC BY-SA (Universal Dependencies)"
_RESEARCH = "research"
_UNSTATED = "not stated"

_TAGGED: dict[str, Callable[[Path], Iterator[TaggedSentence]]] = {
    "pfr": read_pfr,
    "conll": read_conll,
    "word_pos": read_word_pos,
}


@dataclass(frozen=True, slots=True)
class Corpus:
    """One file of a public corpus.

    Attributes:
        name: the name for :func:`load`.
        path: where it lies in the data folder.
        format: ``words``, ``pfr``, ``conll``, ``word_pos`` or ``word_list``.
        standard: the annotation standard; corpora of one standard may be pooled.
        split: ``train``, ``dev``, ``test`` or ``words``.
        sha256: hexadecimal SHA-256 of the file.
        terms: terms of use as the source states them.
        vocabulary: name of the official list of training words, for OOV recall; ``None`` if there is none.

    >>> CORPORA["pku-test"].vocabulary
    'pku-words'
    """

    name: str
    path: str
    format: str
    standard: str
    split: str
    sha256: str
    terms: str
    vocabulary: str | None = None


def _sighan(standard: str, gold: str, gold_sha256: str, words_sha256: str) -> tuple[Corpus, Corpus]:
    """Gold test and training word list of one part of the second bakeoff."""
    words = f"{standard}-words"
    folder = "cws/sighan2005"
    return (
        Corpus(
            f"{standard}-test",
            f"{folder}/{gold}.utf8",
            "words",
            standard,
            "test",
            gold_sha256,
            _SIGHAN,
            words,
        ),
        Corpus(
            words,
            f"{folder}/{standard}_training_words.utf8",
            "word_list",
            standard,
            "words",
            words_sha256,
            _SIGHAN,
        ),
    )


_ALL = (
    *_sighan(
        "pku",
        "pku_test_gold",
        "913f78b20b17ea1e154f6246644d7d624b2710641f109a15daee9d63c9fb88d4",
        "68fdbcef065d315e5dc3dc4c0e1b68997b1849141ba93b8fa2325fb088b5b0f3",
    ),
    *_sighan(
        "msr",
        "msr_test_gold",
        "cd1a8473841f1b2fcddd14d12599ad8872e6167feb64807af5bac2f6a32cb75d",
        "d5328d5cc8576c8e008e70ad33882aae4ce2cbbbf6cd1130c59a66a248961b8c",
    ),
    *_sighan(
        "as",
        "as_testing_gold",
        "75acac0f0d457187d4b5dbc66227fb887ad172bca617125054db10f56c72bc20",
        "e70a54d88390ab21fa8d38cf6df80a25d51a5cdf70821da5591f3972933c6254",
    ),
    *_sighan(
        "cityu",
        "cityu_test_gold",
        "2785b66a6f7c0e72f34e35859da383a81d721deb1c673a85786f0152e014935a",
        "2a1542c4232b6d8d0ea66eb2365fdaccd915386ff9674016758159d6d2323604",
    ),
    Corpus(
        "pfr-199801",
        "cws/pfr1998/199801.txt",
        "pfr",
        "pku",
        "train",
        "e16709a0cb8020e7a64a353597dc9e9f023650e1cd5a13e622bdcc8f8689b861",
        _PFR,
    ),
    Corpus(
        "pfr-199802",
        "cws/pfr1998/199802.seg.txt",
        "words",
        "pku",
        "train",
        "ae1e6fd4a161d0187bca3d6733b19e3d6443f84e5b8e57dd63596b8a3a2bb02e",
        _PFR,
    ),
    Corpus(
        "msr-sample-train",
        "cws/msr_sample10/msr_train_sample.seg.txt",
        "words",
        "msr",
        "train",
        "104af14f29edb421f0722548abd9c245ca19db3f49204f973d1a7bfa53696848",
        _SIGHAN,
    ),
    Corpus(
        "sxu-train",
        "cws/sxu/train.txt",
        "words",
        "sxu",
        "train",
        "4eed0c4ad7f85f852744761b056d261cfbf9370c98f45dd930c1302d32be135d",
        _UNSTATED,
    ),
    Corpus(
        "sxu-test",
        "cws/sxu/test.txt",
        "words",
        "sxu",
        "test",
        "dc326d786f8a41ec90f01544ac847f750a7c441a3be59e3edf25a6ba5530172b",
        _UNSTATED,
    ),
    Corpus(
        "ud-train",
        "cws/ud_gsd/train.conll",
        "conll",
        "ud",
        "train",
        "933252500861e43091920b43311ef8d806404beeabbaa52b30e215d250140e2e",
        _CC,
    ),
    Corpus(
        "ud-dev",
        "cws/ud_gsd/dev.conll",
        "conll",
        "ud",
        "dev",
        "f34a279d10f00921e1be0fe2d901a9fbab3cee11cd1eb4d5a2c46f55bb109765",
        _CC,
    ),
    Corpus(
        "wtb-train",
        "cws/wtb/train.conll",
        "conll",
        "wtb",
        "train",
        "5599bb42d9a2bf435e2b74d4d99fae4737fdb721e8ec2e88188e72826cd621b0",
        _RESEARCH,
    ),
    Corpus(
        "wtb-dev",
        "cws/wtb/dev.conll",
        "conll",
        "wtb",
        "dev",
        "261dcac2020eb1ceda8f8aa2e38cfc5437f7178bc14a0d5f9d4de70aa371bdf5",
        _RESEARCH,
    ),
    Corpus(
        "wtb-test",
        "cws/wtb/test.conll",
        "conll",
        "wtb",
        "test",
        "f153c71043e5d8411c4023afbed534d822a89d5432e7aa8b0ab0863ff5b0175e",
        _RESEARCH,
    ),
    Corpus(
        "zhuxian-train",
        "cws/zhuxian/train.zhuxian.wordpos",
        "word_pos",
        "zhuxian",
        "train",
        "b11d389a4c73833c6a7dfd7b98ab7973ca417dbc1aba438958bd861f8234f444",
        _RESEARCH,
    ),
    Corpus(
        "zhuxian-dev",
        "cws/zhuxian/dev.zhuxian.wordpos",
        "word_pos",
        "zhuxian",
        "dev",
        "59d54d5764972e4c7b679ee8c5bf2ab95d6f07786458491513c959e0949d9504",
        _RESEARCH,
    ),
    Corpus(
        "medical-train",
        "cws/medical_forum/forum_train.seg.txt",
        "words",
        "medical",
        "train",
        "a840d037b6b78eef09e3ec14f15c8b61e65e7c0c246f682f89e6b4712e386fe8",
        "MIT",
    ),
    Corpus(
        "medical-dev",
        "cws/medical_forum/forum_dev.seg.txt",
        "words",
        "medical",
        "dev",
        "12d83156f159718ce6331b2082c1cce0a2c9c3fc949d04cf5b10edc4f83e67a8",
        "MIT",
    ),
    Corpus(
        "cnc-dev",
        "cws/cnc/dev.txt",
        "words",
        "cnc",
        "dev",
        "0e406228f76bf19bc5f697819a50348a1076feb16339ce80b617c9314e71488b",
        _UNSTATED,
    ),
)

CORPORA: dict[str, Corpus] = {corpus.name: corpus for corpus in _ALL}


def data_folder() -> Path:
    """The folder of the corpora: ``CNLP_DATA`` if set, else ``../shared/data`` if that exists.

    Raises:
        cnlp.errors.ArgumentError: neither is a folder.

    >>> data_folder()  # doctest: +SKIP
    PosixPath('../shared/data')
    """
    folder = Path(os.environ.get(_ENVIRONMENT) or _DEFAULT)
    if not folder.is_dir():
        raise errors.ArgumentError(
            f"no folder of corpora at {folder}; name it with the environment variable {_ENVIRONMENT}"
        )
    return folder


def find(name: str) -> Corpus:
    """The corpus called ``name``.

    Raises:
        cnlp.errors.ArgumentError: there is none.

    >>> find("pku-test").split
    'test'
    """
    try:
        return CORPORA[name]
    except KeyError:
        raise errors.unknown_choice("corpus", name, CORPORA) from None


def load(name: str, folder: Path | None = None) -> Iterator[list[str]]:
    """Yield the words of each sentence of a corpus; tags, where it has some, are left out.

    Args:
        name: a key of :data:`CORPORA`.
        folder: the data folder; default :func:`data_folder`.

    Raises:
        cnlp.errors.ArgumentError: unknown name, a word list, or no data folder.
        OSError: the file cannot be read.
        cnlp.errors.FormatError: a line breaks the format.

    >>> next(load("pku-test"))[:4]  # doctest: +SKIP
    ['共同', '创造', '美好', '的']
    """
    corpus = find(name)
    if corpus.format == "words":
        return read_words(_path(corpus, folder))
    return (list(sentence.words) for sentence in load_tagged(name, folder))


def load_tagged(name: str, folder: Path | None = None) -> Iterator[TaggedSentence]:
    """Yield the tagged sentences of a corpus that has tags (``pfr``, ``conll``: column 4, ``word_pos``).

    Raises:
        cnlp.errors.ArgumentError: unknown name, a corpus without tags, or no data folder.
        OSError: the file cannot be read.
        cnlp.errors.FormatError: a line breaks the format.

    >>> next(load_tagged("zhuxian-dev")).tags  # doctest: +SKIP
    ('OD', 'M', 'VV')
    """
    corpus = find(name)
    if corpus.format not in _TAGGED:
        choices = (known.name for known in _ALL if known.format in _TAGGED)
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
    words = find(name).vocabulary
    return None if words is None else read_word_list(_path(find(words), folder))


def verify(name: str, folder: Path | None = None) -> bool:
    """Whether the file of the corpus ``name`` has the SHA-256 of the registry.

    Raises:
        cnlp.errors.ArgumentError: unknown name, or no data folder.
        OSError: the file cannot be read.

    >>> verify("pku-test")  # doctest: +SKIP
    True
    """
    corpus = find(name)
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
