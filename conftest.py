"""Pages and modules about optional packages are tested where these are installed."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # torch's threads wait for each other where the cores are busy
os.environ["CNLP_LANG"] = "en"  # tests quote help and messages in English

_NEEDS = {
    "recipes/neural_ner.py": ("torch",),
    "cnlp/vectors/glove.py": ("scipy",),
    "cnlp/vectors/training.py": ("scipy",),
    "recipes/jieba.py": ("zopfli",),
    "cnlp/jieba/analyse/analyzer.py": ("whoosh",),
    "cnlp/spacy.py": ("spacy",),
    **dict.fromkeys((f"cnlp/service/{name}.py" for name in ("answers", "app", "schema")), ("fastapi",)),
    **dict.fromkeys((f"cnlp/service/{name}.py" for name in ("connections", "server")), ("uvicorn",)),
    "docs/api/docstrings.py": ("griffe",),
    "docs/languages.py": ("mkdocs",),
    "docs/neural-entities.md": ("torch",),
    "docs/spark.md": ("pyspark", "pyarrow", "pandas"),
    "docs/search.md": ("apsw", "bm25s"),
    "docs/integrations.md": ("pandas", "sklearn", "spacy", "tokenizers"),
}

_WITHOUT_TORCH = ("__init__.py", "settings.py")
for path in Path(__file__).parent.glob("cnlp/ner/neural/*.py"):
    if path.name not in _WITHOUT_TORCH:
        _NEEDS[f"cnlp/ner/neural/{path.name}"] = ("torch",)

collect_ignore = [path for path, packages in _NEEDS.items() if not all(map(find_spec, packages))]
collect_ignore_glob = ["docs/examples/*"]  # they have no doctests; tests/test_examples.py runs them
if not shutil.which("java"):
    collect_ignore.append("docs/spark.md")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Warnings are errors, but not those that PySpark and Ray give about themselves."""
    for item in items:
        if item.path.name == "spark.md" or "ray_" in item.name:
            item.add_marker(pytest.mark.filterwarnings("ignore"))
