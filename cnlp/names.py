"""The names that arguments take, as types: an editor lists them, a type checker refuses others.

Where they are used they are imported for type checkers only.
"""

from __future__ import annotations

from typing import Literal

DiscoveryMethod = Literal["entropy", "minimum_entropy"]
MatchMode = Literal["longest", "leftmost", "all"]
