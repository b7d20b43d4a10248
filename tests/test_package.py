"""The package as a whole: what importing it costs, what it offers, and its two kernels."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

import cnlp
from cnlp._kernel import IS_NATIVE

ROOT = Path(cnlp.__file__).parent.parent
HEAVY = [
    "numpy",
    "torch",
    "json",
    "re",
    "typing",
    "functools",
    "dataclasses",
    "click",
    "tqdm",
    "ahocorasick",
    "jieba",
    "hashlib",
]


def python(code: str, *options: str, **environment: str) -> str:
    """What a fresh interpreter prints; without site, so that only cnlp's own imports count."""
    done = subprocess.run(
        [sys.executable, "-S", *options, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def test_importing_it_pulls_in_no_heavy_module_and_loads_no_model() -> None:
    loaded = python("import cnlp, sys; print(*sys.modules)").split()
    assert not set(HEAVY) & set(loaded)
    assert [name for name in loaded if name.startswith("cnlp")] == ["cnlp"]


@pytest.mark.skipif(not IS_NATIVE, reason="the pure-Python kernel needs mmap and array")
@pytest.mark.parametrize("lexicon", ["None", "cnlp.Lexicon(['江大桥'])"])
def test_segmenting_a_sentence_pulls_in_no_heavy_module_either(lexicon: str) -> None:
    loaded = python(f"import cnlp, sys; cnlp.segment('南京市长江大桥', lexicon={lexicon}); print(*sys.modules)").split()
    assert not set(HEAVY) & set(loaded)


@pytest.mark.parametrize("name", cnlp.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(cnlp, name) is not None
    assert name in dir(cnlp)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'cnlp' has no attribute 'cut'"):
        cnlp.cut  # noqa: B018


def test_the_citation_names_this_version() -> None:
    assert f"\nversion: {cnlp.__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")


def test_types_and_model_are_shipped() -> None:
    folder = resources.files("cnlp")
    assert (folder / "py.typed").is_file()
    assert (folder / "model" / "core.safetensors").is_file()


SAMPLE = """
import cnlp
from cnlp import _kernel
texts = ["南京市长江大桥", "他说的确实在理", "結婚的和尚未結婚的"]
texts += ["见https://a.cn/x，１９９８年跌了3.5%👨‍👩‍👧\\ud800\\0", "的" * 30]
lexicon = cnlp.Lexicon([cnlp.Entry("的确", mode="force"), "云计算", cnlp.Entry("第.+?条", regex=True)])
for algorithm in ("forward", "backward", "bidirectional", "unigram", "bigram"):
    for mode in ("default", "search", "full"):
        for words in (None, lexicon):
            for text in texts:
                print(ascii(cnlp.Segmenter(words, algorithm=algorithm, mode=mode).tokenize(text)))
for text in texts:
    print(ascii(cnlp.tag(text, lexicon=lexicon)), cnlp.tag_words(list(text), tagset="ctb"))
print(cnlp.Segmenter().explain("南京市长江大桥"))
print(cnlp.Segmenter().n_best("南京市长江大桥", 5))
"""


@pytest.mark.skipif(not IS_NATIVE, reason="there is only the pure-Python kernel")
def test_pure_python_gives_the_same_results() -> None:
    show = SAMPLE + "import sys; sys.stderr = sys.stdout; print(_kernel.IS_NATIVE)"
    native, pure = python(show).splitlines(), python(show, CNLP_PURE="1").splitlines()
    assert (native[-1], pure[-1]) == ("True", "False")
    assert native[:-1] == pure[:-1]


def test_a_warning_says_that_the_kernel_was_not_compiled() -> None:
    code = """
import sys, warnings
sys.modules["cnlp._kernel.native"] = None
import cnlp
with warnings.catch_warnings(record=True) as found:
    warnings.simplefilter("always")
    cnlp.segment("南京市长江大桥")
    cnlp.segment("研究生命的起源")
print(*(f"{one.category.__name__}: {one.message}" for one in found), sep="\\n")
"""
    (shown,) = python(code).splitlines()
    assert shown.startswith("RuntimeWarning: cnlp runs in pure Python, a hundred times slower than in C")
    assert python(code, CNLP_PURE="1") == "\n"


def test_no_warning_is_given() -> None:
    assert python(SAMPLE, "-W", "error", "-X", "dev")


def test_every_module_can_be_imported_by_itself() -> None:
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted((ROOT / "cnlp").rglob("*.py"))
        if path.name not in ("__init__.py", "__main__.py") and "dictionaries" not in path.parts
    ]
    needs = {"click", "tqdm", "ahocorasick", "numpy", "jieba", "pydantic", "starlette", "torch", "uvicorn"}
    code = f"""
import importlib, sys
for name in {names!r}:
    try:
        importlib.import_module(name)
    except ImportError as error:
        if error.name not in {needs!r} and "needs" not in str(error):
            raise
"""
    python(code, "-W", "error")
