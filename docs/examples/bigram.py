"""Bigrams: learn a model from segmented sentences, save it, and segment with it."""

import tempfile
from pathlib import Path

import cnlp
from cnlp.segmentation.bigram import Bigram

SENTENCES = [
    ["他", "研究", "生命", "的", "起源"],
    ["研究生", "在", "读书"],
    ["生命", "起源", "于", "水"],
]


def main() -> None:
    """Fit, save, load, segment."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "my.safetensors")
        Bigram().fit(SENTENCES).save(path)
        segmenter = cnlp.Segmenter(model=path)
        print(segmenter.segment("研究生命起源"))


if __name__ == "__main__":
    main()
