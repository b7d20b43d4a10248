"""A trained tagger as the arrays of a model file (:mod:`cnlp.model.format`, kind ``neural-entities``), and back.

    characters.items     U8    JSON, deflated: the characters that have rows, sorted; of bigrams and words likewise
    characters.rows      U8    their embeddings, after those of padding and of the unknown: numbers from -7 to 7, 8
                               added, two a byte, the first in its low half; a row begins a byte
    characters.scales    F16   a factor for each row
    tags                 U8    JSON: all tags, by number
    standards            U8    JSON: the names of the standards, by number, if there are two or more
    units, pages, codes        the lattice's lexicon (:mod:`cnlp.lexicon.trie`), unless it is the shipped one
    encoder.*                  the arrays of a character encoder, if there is one, as in a file of its own
    weights.*            F16   all other weights under their names in torch

The card's ``settings`` are JSON, and ``shape``, of a character encoder; its ``lexicon`` is ``shipped``, ``own`` or
``none``. Four bits for a number are
enough: on the dev part of Resume they cost Lattice LSTM nothing beside eight.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from cnlp.lexicon.base import prove_longest
from cnlp.lexicon.trie import Trie
from cnlp.ner.base import NEURAL_KIND
from cnlp.ner.neural.character_encoder import CharacterEncoder, Shape
from cnlp.ner.neural.data import FIRST_ROW, Vocabulary, lattice_lexicon
from cnlp.ner.neural.model import NeuralTagger
from cnlp.ner.neural.settings import Settings
from cnlp.ner.parts import GENERAL
from cnlp.vectors.vectors import TABLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnlp.model.format import Arrays
    from cnlp.sequence.arrays import Floats

LARGEST_BYTE, ZERO = 7, 8
_MOST_BYTES = 100_000_000  # of a list of characters, bigrams or words, unpacked
_SHARES = (1.0, 0.9, 0.8, 0.7, 0.6)  # of a row's largest number, stored as LARGEST_BYTE
_EMBEDDING, _WEIGHT = "embeddings.{}.weight", "weights."
_ENCODER, _ENCODER_WEIGHTS = "encoder.", "embeddings.encoder."


def pack_tagger(
    model: NeuralTagger,
    vocabulary: Vocabulary,
    settings: Settings,
    *,
    own_lexicon: bool = False,
) -> tuple[Arrays, dict[str, str]]:
    """Arrays and card of a tagger.

    Args:
        model: the tagger.
        vocabulary: the items of its rows.
        settings: of the training.
        own_lexicon: its lexicon is not the shipped one.
    """
    lexicon = vocabulary.lexicon
    chosen = {"lexicon": "none" if lexicon is None else "own" if own_lexicon else "shipped"}
    arrays: Arrays = {"tags": ("U8", json.dumps(vocabulary.tags).encode())}
    if len(vocabulary.standards) > 1:
        arrays["standards"] = "U8", json.dumps(vocabulary.standards).encode()
    if lexicon is not None and own_lexicon:
        arrays |= lexicon.arrays()
        chosen |= lexicon.fields
    encoder = model.embeddings.encoder
    state = {name: weight.detach().cpu() for name, weight in model.state_dict().items()}
    if isinstance(encoder, CharacterEncoder):
        arrays |= {_ENCODER + name: packed for name, packed in encoder.arrays().items()}
        chosen["shape"] = json.dumps(asdict(encoder.shape))
        state = {name: weight for name, weight in state.items() if not name.startswith(_ENCODER_WEIGHTS)}
    for table in TABLES:
        rows: Mapping[str, int] = getattr(vocabulary, table)
        items = sorted(rows)
        numbers = [*range(FIRST_ROW), *(rows[item] for item in items)]
        matrix = state.pop(_EMBEDDING.format(table))[numbers].float()
        rows_of_bytes, scales = _quantise(matrix.numpy())
        arrays[f"{table}.items"] = "U8", zlib.compress(json.dumps(items).encode(), 9)
        arrays[f"{table}.rows"] = "U8", rows_of_bytes.tobytes()
        arrays[f"{table}.scales"] = "F16", scales.tobytes()
    for name, weight in state.items():
        arrays[_WEIGHT + name] = "F16", weight.numpy().astype("<f2").tobytes()
    card = {"kind": NEURAL_KIND, "model": settings.model, "settings": json.dumps(settings.as_dict()), **chosen}
    return arrays, card


def unpack_tagger(arrays: Arrays, card: Mapping[str, str]) -> tuple[NeuralTagger, Vocabulary, Settings]:
    """The tagger in arrays, in evaluation mode, with its vocabulary and settings.

    Raises:
        ValueError: something is missing or damaged.
    """
    try:
        settings = Settings().with_values(json.loads(card["settings"]))
        characters, bigrams, words = (_rows(arrays[f"{table}.items"][1]) for table in TABLES)
        lexicon = _lexicon(arrays, card)
        tags = [str(tag) for tag in json.loads(arrays["tags"][1])]
        standards = [str(name) for name in json.loads(arrays["standards"][1])] if "standards" in arrays else [GENERAL]
        vocabulary = Vocabulary(characters, bigrams, words, tags, settings.scheme, lexicon, standards)
        sizes = len(characters) + FIRST_ROW, len(bigrams) + FIRST_ROW, len(words) + FIRST_ROW
        encoder = _encoder(arrays, card)
        model = NeuralTagger(sizes, tags, settings, len(standards), encoder)
        ready = _ENCODER_WEIGHTS if encoder else ()
        state = model.state_dict()
        model.load_state_dict(
            {name: old if name.startswith(ready) else _weight(name, old, arrays) for name, old in state.items()}
        )
    except (AttributeError, KeyError, TypeError, RuntimeError, zlib.error) as error:
        raise ValueError(f"damaged: {error}") from None
    return model.eval(), vocabulary, settings


def _rows(items: bytes) -> dict[str, int]:
    unpacker = zlib.decompressobj()
    listed = unpacker.decompress(items, _MOST_BYTES)
    if unpacker.unconsumed_tail:
        raise ValueError(f"a list of items has more than {_MOST_BYTES:,} bytes")
    return {str(item): row for row, item in enumerate(json.loads(listed), FIRST_ROW)}


def _encoder(arrays: Arrays, card: Mapping[str, str]) -> CharacterEncoder | None:
    """The character encoder, if the tagger has one."""
    if _ENCODER + "characters" not in arrays:
        return None
    shape = Shape(**json.loads(card["shape"]))
    shape.check_bytes(sum(len(data) for _, data in arrays.values()))
    return CharacterEncoder.from_arrays(lambda name: arrays[_ENCODER + name][1], shape)


def _lexicon(arrays: Arrays, card: Mapping[str, str]) -> Trie | None:
    """The lexicon that the card names."""
    if card["lexicon"] != "own":
        return lattice_lexicon() if card["lexicon"] == "shipped" else None
    data, ranges = b"", {}
    for name in ("units", "pages", "codes"):
        ranges[name] = len(data), len(arrays[name][1])
        data += arrays[name][1]
    trie = Trie(data, ranges, card)
    prove_longest(trie.handle, trie.max_length)
    return trie


def _weight(name: str, old: Tensor, arrays: Arrays) -> Tensor:
    """A weight by its name in torch, in the shape of ``old``."""
    for table in TABLES:
        if name == _EMBEDDING.format(table):
            numbers = np.frombuffer(arrays[f"{table}.rows"][1], np.uint8).reshape(len(old), (old.shape[1] + 1) // 2)
            scales = np.frombuffer(arrays[f"{table}.scales"][1], "<f2")
            return torch.from_numpy(_restore(numbers, scales, old.shape[1]))
    return torch.from_numpy(np.frombuffer(arrays[_WEIGHT + name][1], "<f2").astype(np.float32).reshape(old.shape))


def _quantise(matrix: Floats) -> tuple[NDArray[Any], NDArray[Any]]:
    """Rows as bytes and their factors; a row's factor leaves its least sum of squared errors, of some tried."""
    largest = np.abs(matrix).max(1, initial=0.0)
    best, error = np.zeros(len(matrix), "<f2"), np.full(len(matrix), np.inf)
    for share in _SHARES:
        scales = (largest * (share / LARGEST_BYTE)).astype("<f2")
        tried = ((_whole(matrix, scales) * scales[:, None].astype(np.float32) - matrix) ** 2).sum(1)
        best, error = np.where(tried < error, scales, best), np.minimum(tried, error)
    whole = (_whole(matrix, best) + ZERO).astype(np.uint8)
    whole = np.pad(whole, ((0, 0), (0, whole.shape[1] % 2)))
    return whole[:, ::2] | whole[:, 1::2] << 4, best


def _whole(matrix: Floats, scales: NDArray[Any]) -> Any:
    return np.clip(np.rint(matrix / np.maximum(scales, 1e-7)[:, None]), -LARGEST_BYTE, LARGEST_BYTE)


def _restore(rows: NDArray[Any], scales: NDArray[Any], width: int) -> Any:
    """What :func:`_quantise` was given, as near as it may be."""
    numbers = np.stack([rows & 15, rows >> 4], 2).reshape(len(rows), -1)[:, :width]
    return (numbers.astype(np.float32) - ZERO) * scales[:, None].astype(np.float32)
