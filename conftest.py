"""Pages and modules about optional packages are tested where these are installed."""

from __future__ import annotations

from importlib.util import find_spec

_NEEDS = {
    "cnlp/spacy.py": ("spacy",),
    "cnlp/service/app.py": ("fastapi",),
    "cnlp/service/schema.py": ("fastapi",),
    "docs/integrations.md": ("pandas", "sklearn", "spacy", "tokenizers"),
}

collect_ignore = [path for path, packages in _NEEDS.items() if not all(map(find_spec, packages))]
