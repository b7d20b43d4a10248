"""A trained tagger as the arrays of a model file (:mod:`cnlp.models.format`, kind ``neural-entities``), and back.

    characters.items     U8    JSON, deflated: the characters that have rows, sorted; of bigrams and words likewise
    characters.rows      I8    their embeddings in whole numbers, behind the rows of padding and of the unknown
    characters.scales    F32   a factor for each row: its largest number by 127
    tags                 U8    JSON: all tags, by number
    units, pages, codes        the lattice's lexicon (:mod:`cnlp.lexicon.trie`), unless it is the shipped one
    weights.*            F16   all other weights under their names in torch

The card's ``settings`` are JSON; its ``lexicon`` is ``shipped``, ``own`` or ``none``.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Container, Mapping

import numpy as np
import torch
from torch import Tensor

from cnlp.lexicon.trie import Trie
from cnlp.ner.recognizer import NEURAL_KIND
from cnlp.neural.data import FIRST_ROW, Vocabulary, lattice_lexicon
from cnlp.neural.model import NeuralTagger
from cnlp.neural.settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Arrays: TypeAlias = dict[str, tuple[str, bytes]]

TABLES = ("characters", "bigrams", "words")
LARGEST = 127
_EMBEDDING, _WEIGHT = "embeddings.{}.weight", "weights."


def pack(
    model: NeuralTagger,
    vocabulary: Vocabulary,
    settings: Settings,
    *,
    own_lexicon: bool = False,
    kept: Mapping[str, Container[str]] | None = None,
) -> tuple[Arrays, dict[str, str]]:
    """Arrays and card of a tagger.

    Args:
        model: the tagger.
        vocabulary: what its rows stand for.
        settings: what it was trained with.
        own_lexicon: its lexicon is not the shipped one.
        kept: by table, of which characters, bigrams and words the rows are kept; ``None``: of all.
    """
    lexicon = vocabulary.lexicon
    chosen = {"lexicon": "none" if lexicon is None else "own" if own_lexicon else "shipped"}
    arrays: Arrays = {"tags": ("U8", json.dumps(vocabulary.tags).encode())}
    if lexicon is not None and own_lexicon:
        arrays |= lexicon.arrays()
        chosen |= lexicon.fields
    state = {name: weight.detach().cpu() for name, weight in model.state_dict().items()}
    for table in TABLES:
        rows: Mapping[str, int] = getattr(vocabulary, table)
        items = sorted(rows if kept is None else (item for item in rows if item in kept[table]))
        numbers = [*range(FIRST_ROW), *(rows[item] for item in items)]
        matrix = state.pop(_EMBEDDING.format(table))[numbers].float()
        scales = matrix.abs().amax(1) / LARGEST if matrix.numel() else torch.zeros(len(numbers))
        whole = (matrix / scales.clamp(min=1e-30)[:, None]).round().to(torch.int8)
        arrays[f"{table}.items"] = "U8", zlib.compress(json.dumps(items).encode(), 9)
        arrays[f"{table}.rows"] = "I8", whole.numpy().tobytes()
        arrays[f"{table}.scales"] = "F32", scales.numpy().astype("<f4").tobytes()
    for name, weight in state.items():
        arrays[_WEIGHT + name] = "F16", weight.numpy().astype("<f2").tobytes()
    card = {"kind": NEURAL_KIND, "model": settings.model, "settings": json.dumps(settings.as_dict()), **chosen}
    return arrays, card


def unpack(arrays: Arrays, card: Mapping[str, str]) -> tuple[NeuralTagger, Vocabulary, Settings]:
    """The tagger in arrays, in evaluation mode, with its vocabulary and settings.

    Raises:
        ValueError: something is missing or damaged.
    """
    try:
        settings = Settings().with_values(json.loads(card["settings"]))
        characters, bigrams, words = (_rows(arrays[f"{table}.items"][1]) for table in TABLES)
        lexicon = _lexicon(arrays, card)
        tags = [str(tag) for tag in json.loads(arrays["tags"][1])]
        vocabulary = Vocabulary(characters, bigrams, words, tags, settings.scheme, lexicon)
        sizes = len(characters) + FIRST_ROW, len(bigrams) + FIRST_ROW, len(words) + FIRST_ROW
        model = NeuralTagger(sizes, tags, settings)
        model.load_state_dict({name: _weight(name, old, arrays) for name, old in model.state_dict().items()})
    except (KeyError, TypeError, RuntimeError, zlib.error) as error:
        raise ValueError(f"damaged: {error}") from None
    return model.eval(), vocabulary, settings


def _rows(items: bytes) -> dict[str, int]:
    return {str(item): row for row, item in enumerate(json.loads(zlib.decompress(items)), FIRST_ROW)}


def _lexicon(arrays: Arrays, card: Mapping[str, str]) -> Trie | None:
    """The lexicon that the card names."""
    if card["lexicon"] != "own":
        return lattice_lexicon() if card["lexicon"] == "shipped" else None
    data, ranges = b"", {}
    for name in ("units", "pages", "codes"):
        ranges[name] = len(data), len(arrays[name][1])
        data += arrays[name][1]
    return Trie(data, ranges, card)


def _weight(name: str, old: Tensor, arrays: Arrays) -> Tensor:
    """A weight by its name in torch, in the shape of ``old``."""
    for table in TABLES:
        if name == _EMBEDDING.format(table):
            whole = np.frombuffer(arrays[f"{table}.rows"][1], np.int8).reshape(old.shape)
            scales = np.frombuffer(arrays[f"{table}.scales"][1], "<f4")
            return torch.from_numpy(whole * scales[:, None])
    return torch.from_numpy(np.frombuffer(arrays[_WEIGHT + name][1], "<f2").astype(np.float32).reshape(old.shape))
