"""Mine the new words of a novel, and segment it again with them: ``python docs/examples/mine_a_novel.py NOVEL.txt``.

From raw text to a picture in four steps: find words, keep those that the shipped lexicon lacks, lay them over it, and
compare the two segmentations. ``new-words.svg`` shows every string by how firmly it holds together and how freely it
occurs; the words that were kept are red. Without a file a few sentences serve.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cnlp
from cnlp.discovery.plot import scatter
from cnlp.discovery.scoring import measure

SENTENCES = """
却说温若寒引着众弟子上了青鸾峰。青鸾峰上云雾很重，温若寒叫众人小心。众人见青鸾峰这般险峻，都问温若寒如何上去。
温若寒说道：青鸾峰虽险，我却上过三次。说罢拔剑，剑名照夜白。众人听说照夜白，都来看剑。照夜白出鞘，寒光满谷。
那日青鸾峰下来了一个少年，要见温若寒。温若寒不见，少年便在青鸾峰下等。夜里照夜白忽然自鸣，温若寒大惊，下峰去看。
少年说：我为照夜白而来。温若寒道：照夜白不卖。少年笑道：我也不买，青鸾峰的照夜白，原是我家的。
"""


def main(path: Path | None = None) -> None:
    """Find, keep, segment again, draw."""
    text = SENTENCES if path is None else path.read_text(encoding="utf-8")
    small = len(text) < 100_000
    finder = cnlp.WordDiscovery(min_count=4 if small else None, min_pmi=1.0 if small else None, exclude=cnlp.load())
    found = finder.fit([text]).candidates_[:300]
    print(f"{len(found)} words that the lexicon lacks:", " ".join(word.text for word in found[:20]))

    mine = cnlp.Lexicon([word.text for word in found])
    plain, informed = cnlp.Segmenter(), cnlp.Segmenter(mine)
    changed = 0
    for sentence in cnlp.sentences(text):
        before, after = plain.segment(sentence.strip()), informed.segment(sentence.strip())
        changed += before != after
        if before != after and changed <= 5:
            print(f"- {' '.join(before)}\n+ {' '.join(after)}")
    print(f"{changed} sentences are segmented differently")

    Path("new-words.svg").write_text(scatter(measure(finder.counts_.table(min_count=4)), found), encoding="utf-8")
    print("the picture is in new-words.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
