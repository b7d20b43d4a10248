"""LAC in a separate Python: sentences as JSON from standard input, words and tags and seconds to standard output.

LAC 2.1.2 was written for a PaddlePaddle whose module ``paddle.fluid`` is ``paddle.base`` today.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from typing import Any


def main() -> None:
    """Tag every sentence."""
    base: Any = importlib.import_module("paddle.base")
    sys.modules["paddle.fluid"] = base
    for name in ("core", "framework", "layers", "initializer"):
        if hasattr(base, name):
            sys.modules[f"paddle.fluid.{name}"] = getattr(base, name)
    lac: Any = importlib.import_module("LAC").LAC(mode="lac")
    lac.run("好")
    lines = json.load(sys.stdin)
    start = time.process_time()
    tagged = [lac.run(line) for line in lines]
    json.dump({"seconds": time.process_time() - start, "tagged": tagged}, sys.stdout)


if __name__ == "__main__":
    main()
