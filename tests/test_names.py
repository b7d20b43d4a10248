"""The types of names are those that are accepted."""

from __future__ import annotations

from typing import get_args

import pytest

from cnlp import names
from cnlp.discovery.word_discovery import DISCOVERY_METHODS
from cnlp.keyphrases import METHODS
from cnlp.lexicon.entries import ENTRY_MODES
from cnlp.lexicon.matcher import MATCH_MODES
from cnlp.ner.gazetteer import BOUNDARIES
from cnlp.pos.tagsets import TAGSETS
from cnlp.segmentation.algorithms import ALGORITHMS, MODES, TAGGERS
from cnlp.sequence.schemes import REPAIRS


@pytest.mark.parametrize(
    "type_, accepted",
    [
        (names.Algorithm, ALGORITHMS),
        (names.Mode, MODES),
        (names.Unknown, TAGGERS),
        (names.Tagset, TAGSETS),
        (names.Boundary, BOUNDARIES),
        (names.EntryMode, ENTRY_MODES),
        (names.KeywordMethod, METHODS),
        (names.Repair, REPAIRS),
        (names.DiscoveryMethod, DISCOVERY_METHODS),
        (names.MatchMode, MATCH_MODES),
    ],
)
def test_a_type_lists_the_names_that_are_accepted(type_: object, accepted: tuple[str, ...]) -> None:
    assert get_args(type_) == tuple(accepted)
