"""Stand-ins shared by the tests of entities: texts, and candidates that stand in them."""

from __future__ import annotations

from hypothesis import strategies as st

from cnlp.types import Entity

ALPHABET = "中国國北京大学aA９ 𠮷👍\ud800\x00"
texts = st.text(st.sampled_from(ALPHABET), max_size=20)
labels = st.sampled_from(["PER", "LOC", "ORG"])


@st.composite
def entities(draw: st.DrawFn, text: str) -> list[Entity]:
    """Entities anywhere in the text, in any order, overlapping or not."""
    if not text:
        return []
    found = []
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, min(len(text), start + 6)))
        found.append(Entity(text[start:end], start, end, draw(labels), draw(st.floats(0, 1))))
    return found
