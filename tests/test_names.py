"""The types of names are those that are accepted."""

from __future__ import annotations

from typing import get_args

import pytest

from cnlp import names
from cnlp.discovery.word_discovery import DISCOVERY_METHODS
from cnlp.lexicon.matcher import MATCH_MODES


@pytest.mark.parametrize(
    "type_, accepted",
    [
        (names.DiscoveryMethod, DISCOVERY_METHODS),
        (names.MatchMode, MATCH_MODES),
    ],
)
def test_a_type_lists_the_names_that_are_accepted(type_: object, accepted: tuple[str, ...]) -> None:
    assert get_args(type_) == tuple(accepted)
