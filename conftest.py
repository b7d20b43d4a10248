"""Pages and modules about optional packages are tested where these are installed."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

_NEEDS = {
    "cnlp/spacy.py": ("spacy",),
    "cnlp/service/app.py": ("fastapi",),
    "cnlp/service/schema.py": ("fastapi",),
    "docs/api/docstrings.py": ("griffe",),
    "docs/integrations.md": ("pandas", "sklearn", "spacy", "tokenizers"),
}

_IMPORTS_TORCH = re.compile(r"^\s*(from|import) torch", re.MULTILINE)
for path in Path(__file__).parent.glob("cnlp/neural/*.py"):
    if _IMPORTS_TORCH.search(path.read_text("utf-8")):
        _NEEDS[f"cnlp/neural/{path.name}"] = ("torch",)

collect_ignore = [path for path, packages in _NEEDS.items() if not all(map(find_spec, packages))]
