"""One thread for torch: models as small as those of the tests are slower on two."""

from __future__ import annotations

from importlib.util import find_spec

if find_spec("torch"):
    import torch

    torch.set_num_threads(1)
