"""Small part-of-speech taggers with weights drawn at random, in both kernels, over the same arrays."""

from __future__ import annotations

import itertools
import random
from array import array
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from twins import join, lay

from cnlp._kernel import reference
from cnlp._kernel.hashes import mix_keys, stride_of
from cnlp._kernel.layout import ABSENT, COLUMNS, OUTSIDE
from cnlp.pos.forms import pack_closed_tags
from cnlp.pos.rows import Row, pack_rows
from cnlp.pos.tagger import TEMPLATES, WordTemplate
from cnlp.sequence.layout import pack_dictionary, pack_pairs, pack_tagger_alphabet, per_code
from cnlp.text.patterns import PATTERNS

TAGS = ("a", "d", "n", "u", "v", "w")
WORDS = ("中国", "人", "大", "中国人", "年", "9a", "的")  # the last two in no table
MODEL = lay({"中国": 5, "人": 9})
CLOSED, NOUNS = pack_closed_tags(TAGS, [row.tags for row in PATTERNS]), 0b100
FAR = (WordTemplate(-3, 3, (("suffix1", 0),)), WordTemplate(0, 0, (("word", -3), ("shape", 3))))


class PosArrays(NamedTuple):
    """Arguments of ``WordTagger``: everything but the kernel."""

    source: bytes
    ranges: dict[str, tuple[int, int]]

    def tagger(self, kernel: Any) -> Any:
        """The tagger in this kernel."""
        return kernel.WordTagger(self.source, self.ranges, TAGS, MODEL.model(kernel), CLOSED, NOUNS)


@cache
def random_arrays(seed: int) -> dict[str, bytes]:
    """Tables in which most keys of ``WORDS`` have a row; weights are large enough for any tag to win somewhere."""
    chance = random.Random(seed)
    codes, pages, cells = pack_tagger_alphabet(["中", "国", "人", "大", "年", "0", "9", "a"])
    sets = [0b111111, *(chance.randrange(1, 64) for _ in range(4)), 1, 2, 4]
    templates = (*TEMPLATES, *FAR)
    arrays = {
        "sets": array("Q", sets).tobytes(),
        "pages": pages,
        "codes": cells,
        "coarse": array("H", [0, 1, 1, 2]).tobytes(),
        "transitions": array("h", [chance.randint(-90, 90) for _ in range(len(TAGS) * (len(TAGS) + 1))]).tobytes(),
        "types": per_code(codes)[1],
        "templates": b"".join(template.pack() for template in templates),
        "words": b"",
        "dictionary": b"",
        "clusters": b"",
        **packed((0, {}) for _ in templates),
    }
    blank = PosArrays(*join(arrays)).tagger(reference)
    hashes = [blank.columns(word)[0][0] for word in WORDS[:-2]]
    arrays["words"] = pack_pairs({key: chance.randint(0, 4) << 16 | chance.randint(0, 9) for key in hashes})
    arrays["dictionary"] = pack_dictionary({key: chance.randint(1, 255) for key in hashes[1:]})
    arrays["clusters"] = pack_dictionary({key: chance.randint(1, 255) for key in hashes[:3]})
    shown = [PosArrays(*join(arrays)).tagger(reference).columns(word)[0] for word in WORDS]
    shown.append([OUTSIDE] * len(COLUMNS))
    rows: list[tuple[int, dict[int, dict[int, int]]]] = []
    for number, template in enumerate(templates):
        width, stride = template.high - template.low + 1, stride_of(len(TAGS))
        possible = [offset * stride + tag for offset in range(width) for tag in range(len(TAGS))]
        rows.append((width * stride, {}))
        columns = [COLUMNS.index(column) for column, _ in template.parts]
        for words in itertools.product(shown, repeat=len(columns)):
            values = [word[column] for word, column in zip(words, columns, strict=True)]
            if ABSENT not in values and chance.random() < 0.7:
                places = chance.sample(possible, chance.randint(1, min(len(possible), 24)))
                weights = {place: chance.choice([-127, 127, *range(-28, 28)]) for place in places}
                rows[-1][1][mix_keys(number, values)] = weights
    return {**arrays, **packed(rows)}


def packed(rows: Iterable[tuple[int, Mapping[int, Row]]]) -> dict[str, bytes]:
    """What :func:`pack_rows` gives, without dtypes."""
    return {name: data for name, (_, data) in pack_rows(rows).items()}


@cache
def random_pos_tagger(seed: int) -> PosArrays:
    """The same as one source."""
    return PosArrays(*join(random_arrays(seed)))
