"""The kernel compiled with instrument.c: its work is counted, its allocations can fail.

A process that imports the package from the folder of :func:`build` has the functions of :class:`Instrument`.
"""

from __future__ import annotations

import ctypes
import os
import sys
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "long"))

from sanitize import FLAGS, MODULES, copy_package, gcc, sanitizer_library, variables

import cnlp

WRAPPED = (
    "malloc", "calloc", "realloc", "free", "PyMem_Malloc", "PyMem_Free", "memcpy", "memmove", "memset", "memchr",
    "memcmp", "__sanitizer_cov_trace_pc",
)  # fmt: skip
NATIVE = "_kernel/native"
PLAIN = ["-DCNLP_PLAIN", *(flag for flag in FLAGS if "sanit" not in flag)]


def build(folder: Path, *, sanitized: bool = False) -> None:
    """Copy the package into the folder and compile its kernel there, with the sanitizers too if they are asked for."""
    copy_package(folder)
    package = folder / "cnlp"
    instrument = Path(__file__).with_name("instrument.c")
    include = f"-I{sysconfig.get_path('include')}"
    flags = [*(FLAGS if sanitized else PLAIN), "-fno-builtin", "-fsanitize-coverage=trace-pc", include]
    gcc(package, *flags, "-c", *MODULES[NATIVE])
    gcc(package, "-O1", "-fPIC", "-fno-builtin", "-fvisibility=hidden", "-c", str(instrument))
    objects = [f"{Path(file).stem}.o" for file in (*MODULES[NATIVE], "instrument.c")]
    gcc(package, "-shared", *(f"-Wl,--wrap={name}" for name in WRAPPED), *objects, "-o", f"{NATIVE}.abi3.so")


def environment(folder: Path, *, sanitized: bool = False) -> dict[str, str]:
    """Of a process that uses the build in the folder."""
    found = {**os.environ, **(variables(sanitizer_library()) if sanitized else {}), "PYTHONPATH": str(folder)}
    found.pop("CNLP_PURE", None)
    return found


class Instrument:
    """The counters of one module, such as ``cnlp._kernel.native``, in a process that uses such a build."""

    def __init__(self, module: ModuleType) -> None:
        assert module.__file__ and Path(module.__file__).parents[2] == Path(cnlp.__file__).parents[1]
        self._library: Any = ctypes.CDLL(module.__file__)
        self._library.instrument_work.restype = ctypes.c_uint64
        for name in ("allocations", "live"):
            getattr(self._library, f"instrument_{name}").restype = ctypes.c_long
        self._library.instrument_fail.argtypes = [ctypes.c_long, ctypes.c_int]

    @property
    def work(self) -> int:
        """Steps so far."""
        return int(self._library.instrument_work())

    @property
    def allocations(self) -> int:
        """Allocations so far."""
        return int(self._library.instrument_allocations())

    @property
    def live(self) -> int:
        """Allocations that were not freed."""
        return int(self._library.instrument_live())

    def fail(self, number: int, *, lasting: bool = False) -> None:
        """Let the allocation of this number from now on fail, and all after it if ``lasting``; 0: none."""
        self._library.instrument_fail(number, lasting)
