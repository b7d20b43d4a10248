"""Where the package's word lists lie: beside the repository's root, or installed as ``cnlp.dictionaries``."""

from __future__ import annotations

import os


def dictionary_path(name: str) -> str:
    """The path of a file of the folder ``dictionaries``.

    Args:
        name: the file's name inside the folder, such as ``"traditional.tsv"``.

    Returns:
        An absolute path; the installed copy ``cnlp/dictionaries`` goes before the checkout's folder.

    Raises:
        FileNotFoundError: neither place has the file.

    >>> dictionary_path("traditional.tsv").endswith("traditional.tsv")
    True
    """
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in (os.path.join(package, "dictionaries"), os.path.join(package, os.pardir, "dictionaries")):
        path = os.path.normpath(os.path.join(folder, name))
        if os.path.exists(path):
            return path
    raise FileNotFoundError(f"{name}: not in cnlp/dictionaries nor in the checkout's dictionaries/")
