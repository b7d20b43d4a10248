"""The kernel: trie, pattern scanner, lattice and decoders, in C with a pure-Python twin.

``kernel`` is the module in use: :mod:`cnlp._kernel.native` where it was compiled, else
:mod:`cnlp._kernel.reference`. Both offer the same names and give the same results; the environment
variable ``CNLP_PURE=1`` chooses the Python one.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cnlp._kernel import reference as kernel
else:
    try:
        if os.environ.get("CNLP_PURE"):
            raise ImportError
        from cnlp._kernel import native as kernel
    except ImportError:
        from cnlp._kernel import reference as kernel

IS_NATIVE: bool = kernel.__name__.endswith("native")
