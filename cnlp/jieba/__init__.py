"""jieba's API on cnlp's kernel: change the import, keep the rest.

>>> import cnlp.jieba as jieba
>>> jieba.lcut("我来到北京清华大学")
['我', '来到', '北京', '清华大学']
>>> ", ".join(jieba.cut("他来到了网易杭研大厦"))
'他, 来到, 了, 网易, 杭研, 大厦'

It segments as jieba 0.42.1 does, with jieba's dictionary and tables, which are part of this package: jieba need not be
installed. :func:`install` lets other packages that import jieba use it. :func:`use_backend` switches the same calls to
cnlp's own models. As in jieba, the functions of the module are the methods of one tokenizer, ``dt``, and words added to
it are added for the whole process; a separate :class:`Tokenizer` shares nothing with it. ``docs/jieba.md`` lists the
differences.
"""

from __future__ import annotations

import logging
import sys
from importlib import import_module

from cnlp import errors
from cnlp.jieba.tokenizer import BACKENDS, Backend, Tokenizer

__version__ = "0.42.1"  # of the jieba whose results these are

default_logger = logging.getLogger(__name__)
dt = Tokenizer()

add_word = dt.add_word
calc = dt.calc
cut = dt.cut
cut_for_search = dt.cut_for_search
del_word = dt.del_word
get_DAG = dt.get_DAG
get_dict_file = dt.get_dict_file
initialize = dt.initialize
lcut = dt.lcut
lcut_for_search = dt.lcut_for_search
load_userdict = dt.load_userdict
set_dictionary = dt.set_dictionary
suggest_freq = dt.suggest_freq
tokenize = dt.tokenize
user_word_tag_tab = dt.user_word_tag_tab


def get_FREQ(word: str, default: int | None = None) -> int | None:
    """The frequency of a word; 0 for a mere prefix of words.

    >>> get_FREQ("北京"), get_FREQ("不是词")
    (34488, None)
    """
    dt.check_initialized()
    return dt.FREQ.get(word, default)


def install() -> None:
    """Let ``import jieba`` give this module from now on, wherever it is written, with ``posseg`` and ``analyse``.

    Call it before the packages that use jieba are imported: a module that has imported jieba already keeps what it has.
    It has no effect on other processes.

    >>> install()  # doctest: +SKIP
    >>> import jieba.posseg  # doctest: +SKIP
    >>> [str(word) for word in jieba.posseg.cut("我爱北京")]  # doctest: +SKIP
    ['我/r', '爱/v', '北京/ns']
    """
    sys.modules["jieba"] = sys.modules[__name__]
    for name in ("analyse", "finalseg", "posseg"):
        sys.modules[f"jieba.{name}"] = import_module(f"{__name__}.{name}")


def use_backend(backend: Backend) -> None:
    """Let the functions of this module segment as ``"jieba"`` does, or as ``"cnlp"``.

    Raises:
        ArgumentError: there is no such backend.

    >>> use_backend("cnlp")
    >>> lcut("南京市长江大桥")
    ['南京市', '长江', '大桥']
    >>> use_backend("jieba")
    """
    if backend not in BACKENDS:
        raise errors.unknown_choice("backend", backend, BACKENDS)
    dt.backend = backend


def setLogLevel(log_level: int) -> None:
    """Set the level of this module's logger, which says nothing anyway."""
    default_logger.setLevel(log_level)


def enable_parallel(processnum: int | None = None) -> None:
    """Has no effect: sending words between processes costs more than segmenting."""


def disable_parallel() -> None:
    """Undo :func:`enable_parallel`."""


def enable_paddle() -> None:
    """Has no effect, as in a jieba without paddle."""
