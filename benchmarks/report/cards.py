"""The cards of the shipped models, as Markdown: what each is, what it learnt from, how good it is, what makes it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from cnlp.model import registry
from cnlp.model.format import ModelFile

FIELDS = {
    "method": "method",
    "parameters": "parameters",
    "standards": "standards",
    "standard": "standard",
    "training_data": "learnt from",
    "scores": "scores",
    "words": "words",
    "bigrams": "pairs of words",
    "documents": "documents",
    "licence": "licence",
    "source": "made by",
}
_SHA256 = re.compile(r"(?<=sha256 )([0-9a-f]{8})[0-9a-f]{56}")


def model_cards(folder: Path = Path(registry.CORE).parent) -> str:
    """A section for each model file, by name; checksums are shortened."""
    return "\n\n".join("\n".join(_section(path)) for path in sorted(folder.glob("*.safetensors")))


def _section(path: Path) -> Iterator[str]:
    card = ModelFile(path).card
    yield f"## {path.stem}\n"
    yield f"{card.get('description', card['kind'])}.\n"
    yield "| | |"
    yield "|---|---|"
    yield f"| size | {os.path.getsize(path) / 1e6:.1f} MB |"
    for field, name in FIELDS.items():
        if card.get(field):
            value = _SHA256.sub(r"\1…", card[field]).replace("|", r"\|")
            yield f"| {name} | {value} |"
