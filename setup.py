"""Builds the C kernel where there is a compiler, then compiles the shipped model from dictionaries/.

All metadata stand in setup.cfg.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import ClassVar

from setuptools import Command, Extension, setup
from setuptools.command.build import build

KERNEL = "cnlp/_kernel"
MODEL = "cnlp/models/core.safetensors"


class BuildModels(Command):
    """Run ``cnlp.models.build`` in the tree that is being built."""

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
        command = [sys.executable, "-m", "cnlp.models.build", target, os.path.abspath("dictionaries")]
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


FLAGS = ["-std=c11", "-O3", "-ffp-contract=off", "-fvisibility=hidden", "-fno-tree-slp-vectorize"]
if sys.platform == "win32":
    FLAGS = []
sources = [
    "trie", "scanner", "lattice", "decode", "tagger", "tagger_constraints", "tagger_scores", "unknown", "module",
    "pos", "pos_module", "terms", "entities", "entities_module",
]  # fmt: skip
kernel = Extension(
    "cnlp._kernel.native",
    sources=[f"{KERNEL}/{name}.c" for name in sources],
    depends=[f"{KERNEL}/{name}.h" for name in ("kernel", "tagger", "module", "pos", "entities")],
    extra_compile_args=FLAGS,
    py_limited_api=True,
    optional=True,
)
training = Extension(
    "cnlp._kernel.training",
    sources=[f"{KERNEL}/tagger_train.c", f"{KERNEL}/train_module.c"],
    depends=[f"{KERNEL}/tagger_train.h"],
    extra_compile_args=FLAGS,
    py_limited_api=True,
    optional=True,
)
ngrams = Extension(
    "cnlp._kernel.ngrams",
    sources=[f"{KERNEL}/ngrams.c", f"{KERNEL}/ngrams_module.c"],
    depends=[f"{KERNEL}/ngrams.h"],
    extra_compile_args=FLAGS,
    py_limited_api=True,
    optional=True,
)
prefix = Extension(
    "cnlp._kernel.prefix",
    sources=[f"{KERNEL}/prefix.c", f"{KERNEL}/prefix_module.c"],
    depends=[f"{KERNEL}/prefix.h", f"{KERNEL}/kernel.h"],
    extra_compile_args=FLAGS,
    py_limited_api=True,
    optional=True,
)

setup(
    ext_modules=[kernel, training, ngrams, prefix],
    cmdclass={"build": Build, "build_models": BuildModels},
)
