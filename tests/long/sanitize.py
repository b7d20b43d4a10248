"""Run the C kernel under AddressSanitizer and UBSan: ``python tests/long/sanitize.py``. Any report fails it.

The sources are compiled twice into a copy of the package, and both run at the same time: as they are, for the test
sets of the second SIGHAN bakeoff (found through ``CNLP_DATA``) and random input; and with blocks of 16 characters in
place of a thousand, so that every text has many of them, for random input again and for the kernel's own tests. The
tests of the three smaller modules run, too.

Needs GCC and its sanitizer libraries; where there are none it says so and exits 0, unless ``--required``.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
SOURCES = TESTS.parent / "cnlp"


def sources(pattern: str) -> list[str]:
    """C files, relative to the package."""
    return sorted(path.relative_to(SOURCES).as_posix() for path in SOURCES.glob(pattern))


MODULES = {  # as setup.py has them
    "_kernel/training": sources("_kernel/*/training*.c"),
    "_kernel/ngrams": sources("_kernel/*/ngram*.c"),
    "jieba/_prefix/native": sources("jieba/_prefix/*.c"),
}
MODULES["_kernel/native"] = [
    file for file in sources("_kernel/*/*.c") if not any(file in others for others in MODULES.values())
]
FLAGS = [
    "-std=c11", "-O1", "-g", "-fPIC", "-fno-omit-frame-pointer", "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all", "-Wall", "-Wextra", "-Werror",
]  # fmt: skip
SMALL_BLOCK = "#define BLOCK_SIZE 16"
OTHER_MODULES = (
    "sequence/test_training.py", "jieba/test_prefix_twins.py", "jieba/test_tagging_twins.py", "kernel/test_ngrams.py",
)  # fmt: skip
AGAIN = "lattice_and_words or lattice_gets or blocks or chain or path_costs or trace or damage or garbage"


def sanitizer_library() -> str:
    """The path of GCC's AddressSanitizer, empty if it is not there."""
    if not shutil.which("gcc"):
        return ""
    done = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    path = done.stdout.strip()
    return path if os.path.isabs(path) else ""


def copy_package(folder: Path) -> None:
    """The package without its compiled modules; models are linked to, since they are large."""
    import cnlp

    installed = Path(cnlp.__file__).parent
    compiled = shutil.ignore_patterns("*.so", "*.pyd", "*.safetensors", "__pycache__")
    shutil.copytree(SOURCES, folder / "cnlp", ignore=compiled)
    shutil.copytree(TESTS.parent / "dictionaries", folder / "dictionaries")
    for model in (installed / "model").glob("*.safetensors"):
        (folder / "cnlp" / "model" / model.name).symlink_to(model)


def compile_kernel(folder: Path, *, small_blocks: bool, covered: bool = False) -> None:
    """All extension modules with the sanitizers in them; ``covered``: for libFuzzer, and its sanitizers' runtime."""
    package = folder / "cnlp"
    core = package / "_kernel" / "core"
    for file in (core / "decode.c", core / "tagger.c") if small_blocks else ():
        text, count = re.subn(r"#define BLOCK_SIZE \d+", SMALL_BLOCK, file.read_text(encoding="utf-8"))
        if count != 1:
            raise SystemExit(f"{file.name}: no BLOCK_SIZE to change")
        file.write_text(text, encoding="utf-8")
    for name, files in MODULES.items():
        include = f"-I{sysconfig.get_path('include')}"
        plain = ["-DCNLP_PLAIN"] if small_blocks else []  # what is taken where there is no SSE2
        if not covered:
            gcc(package, *FLAGS, *plain, include, "-shared", *files, "-o", f"{name}.abi3.so")
            continue
        gcc(package, *FLAGS, include, "-fsanitize-coverage=trace-pc", "-c", *files)
        gcc(package, "-O1", "-fPIC", "-fvisibility=hidden", "-c", str(TESTS / "kernel" / "coverage.c"))
        objects = [f"{Path(file).stem}.o" for file in (*files, "coverage.c")]
        # Without the sanitizers' libraries: the preloaded runtime has what is called.
        gcc(package, "-shared", "-Wl,--wrap=__sanitizer_cov_trace_pc", *objects, "-o", f"{name}.abi3.so")


def gcc(folder: Path, *arguments: str) -> None:
    """Run the compiler in a folder."""
    subprocess.run(["gcc", *arguments], cwd=folder, check=True)


def variables(library: str) -> dict[str, str]:
    """What the environment of a process with sanitizers must say."""
    return {
        "LD_PRELOAD": library,
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0:exitcode=99:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def run(folder: Path, library: str, *arguments: str, **others: str) -> None:
    """Run Python with the sanitized package; a report ends it with a non-zero code."""
    environment = {**os.environ, **variables(library), "PYTHONPATH": str(folder), **others}
    environment.pop("CNLP_PURE", None)
    print("sanitize:", *(Path(argument).name for argument in arguments), flush=True)
    subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, check=True)


def cut_corpora() -> None:
    """Every algorithm over every line of the bakeoff's test sets, and over each set as one text."""
    import cnlp
    from cnlp._kernel import IS_NATIVE
    from cnlp.segmentation import ALGORITHMS

    assert IS_NATIVE and Path(cnlp.__file__).parent.parent == Path.cwd(), "another package"
    folder = Path(os.environ.get("CNLP_DATA", "")) / "cws" / "sighan2005"
    files = sorted(folder.glob("*_test.utf8")) if os.environ.get("CNLP_DATA") else []
    if not files:
        print("sanitize: no corpora under CNLP_DATA, left out")
    user = cnlp.Lexicon(
        [
            cnlp.Entry("的确", mode="force"),
            cnlp.Entry("中国人民", mode="split", pieces=("中国", "人民")),
            cnlp.Entry("我们", mode="block"),
            cnlp.Entry("19", mode="force", partial=True),
            cnlp.Entry("第.{1,3}[届次]", mode="force", regex=True),
        ]
    )
    for file in files:
        data = file.read_bytes()
        text = data.decode("utf-8-sig")
        lines = text.splitlines()
        for algorithm in ALGORITHMS:
            plain = cnlp.Segmenter(algorithm=algorithm)
            forced = cnlp.Segmenter(user, algorithm=algorithm)
            for line in lines:
                assert "".join(plain.segment(line)) == line
            for line in lines[::7]:
                assert "".join(forced.segment(line)) == line
            assert "".join(plain.segment(text)) == text
            assert plain.segment_bytes(data, b"") == data
        print(f"sanitize: {file.name}, {len(lines)} lines", flush=True)


def check(library: str, iterations: int, small_blocks: bool) -> None:
    """Compile one build, and run on it what is for it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_package(folder)
        compile_kernel(folder, small_blocks=small_blocks)
        random_input = str(TESTS / "kernel" / "random_input.py")
        run(folder, library, random_input, str(int(small_blocks)), str(iterations), PYTHONMALLOC="malloc")
        pytest = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(TESTS.parent / "setup.cfg")]
        pytest += ["--rootdir", str(TESTS.parent)]
        if small_blocks:
            run(folder, library, *pytest, str(TESTS / "kernel"), "-k", AGAIN)
        else:
            run(folder, library, str(TESTS / "long" / "sanitize.py"), "--inside")
            run(folder, library, *pytest, *(str(TESTS / name) for name in OTHER_MODULES))


def main() -> None:
    """Compile and run everything, or only what runs inside."""
    parser = argparse.ArgumentParser(description="Run the C kernel under AddressSanitizer and UBSan.")
    parser.add_argument("--required", action="store_true", help="fail where there is no sanitizer")
    parser.add_argument("--iterations", type=int, default=3000, help="random inputs for each build")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        cut_corpora()
        return
    library = sanitizer_library()
    if not library:
        print("sanitize: GCC or its AddressSanitizer is missing, nothing was checked")
        raise SystemExit(int(arguments.required))
    with ThreadPoolExecutor(2) as builds:
        list(builds.map(partial(check, library, arguments.iterations), (False, True)))
    print("sanitize: no report")


if __name__ == "__main__":
    main()
