"""Builds the C kernel where there is a compiler, then compiles the shipped model from dictionaries/.

All metadata are in setup.cfg.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from glob import glob
from typing import ClassVar

from setuptools import Command, Extension, setup
from setuptools.command.build import build

MODEL = "cnlp/model/core.safetensors"


class BuildModels(Command):
    """Run ``cnlp.lexicon.build`` in the tree that is being built."""

    description = "compile the shipped models from dictionaries/"
    user_options: ClassVar[list[tuple[str, str | None, str]]] = []
    editable_mode = False

    def initialize_options(self) -> None:
        self.build_lib: str = None  # type: ignore[assignment]  # set_undefined_options fills in None

    def finalize_options(self) -> None:
        self.set_undefined_options("build", ("build_lib", "build_lib"))

    def run(self) -> None:
        root = os.path.abspath("." if self.editable_mode else self.build_lib)
        target = os.path.join(root, *MODEL.split("/"))
        command = [sys.executable, "-m", "cnlp.lexicon.build", target, os.path.abspath("dictionaries")]
        # In the built tree, so that the kernel compiled just now does the work.
        subprocess.run(command, check=True, cwd=root, env={**os.environ, "PYTHONPATH": root})

    def get_outputs(self) -> list[str]:
        return [os.path.join(self.build_lib, *MODEL.split("/"))]

    def get_source_files(self) -> list[str]:
        return ["dictionaries/core.tsv", "dictionaries/bigrams.tsv", "dictionaries/traditional.tsv"]

    def get_output_mapping(self) -> dict[str, str]:
        return {}


class Build(build):
    """Models are built last: with the kernel, if it could be compiled."""

    sub_commands: ClassVar = [*build.sub_commands, ("build_models", None)]


# One wheel for CPython 3.10 and later; a free-threaded Python has no stable ABI and compiles its own.
HAS_STABLE_ABI = not sysconfig.get_config_var("Py_GIL_DISABLED")
FLAGS = ["-std=c11", "-O3", "-ffp-contract=off", "-fvisibility=hidden", "-fno-tree-slp-vectorize"]
if sys.platform == "win32":
    FLAGS = []


def extension(name: str, sources: list[str]) -> Extension:
    """A part of the package in C, left out where there is no compiler."""
    return Extension(
        name,
        sources=sources,
        depends=glob("cnlp/**/*.h", recursive=True),
        define_macros=[("Py_LIMITED_API", "0x030A0000")] if HAS_STABLE_ABI else [],
        extra_compile_args=FLAGS,
        py_limited_api=HAS_STABLE_ABI,
        optional=True,
    )


def sources(pattern: str) -> list[str]:
    return sorted(glob(f"cnlp/{pattern}.c"))


TRAINING, NGRAMS = sources("_kernel/*/training*"), sources("_kernel/*/ngram*")
NATIVE = [file for file in sources("_kernel/*/*") if file not in TRAINING + NGRAMS]

setup(
    ext_modules=[
        extension("cnlp._kernel.native", NATIVE),
        extension("cnlp._kernel.training", TRAINING),
        extension("cnlp._kernel.ngrams", NGRAMS),
        extension("cnlp.jieba._prefix.native", sources("jieba/_prefix/*")),
    ],
    cmdclass={"build": Build, "build_models": BuildModels},
    options={"bdist_wheel": {"py_limited_api": "cp310"}} if HAS_STABLE_ABI else {},
)
