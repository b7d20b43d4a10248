"""Whatever dot is typed between the parts of a foreign name, it is found: as a word, an entity and a listed string."""

from __future__ import annotations

import pytest

import cnlp
from cnlp.text.normalise import INTERPUNCTS


@pytest.mark.parametrize("dot", "·" + INTERPUNCTS)
def test_every_dot_joins_a_name(dot: str) -> None:
    name, listed = f"列夫{dot}托尔斯泰", f"摩拉克斯{dot}岩"
    text = f"昨天{name}来到北京"
    assert name in cnlp.segment(text)
    assert name in [entity.text for entity in cnlp.entities(text)]
    assert [match.text for match in cnlp.Matcher(["列夫·托尔斯泰"]).find(text)] == [name]
    assert [match.text for match in cnlp.Gazetteer([("摩拉克斯·岩", "PER")]).entities(f"我是{listed}")] == [listed]
    assert listed in cnlp.Segmenter([cnlp.Entry("摩拉克斯·岩")]).segment(f"我是{listed}啊")
