"""The averaged perceptron: train a tagger, write it as a model file, and segment with it and custom words."""

import tempfile
from pathlib import Path

from cnlp import Entry, Lexicon, Segmenter
from cnlp.model.format import write_model
from cnlp.segmentation.compact import compact, pack_model
from cnlp.segmentation.perceptron import Perceptron

SENTENCES = [
    ["中国", "人民", "的", "生活"],
    ["人民", "生活", "在", "中国"],
    ["他", "在", "大学", "读书"],
    ["大学生", "的", "生活"],
] * 10


def main() -> None:
    """Train; the best of the epochs on the dev part is kept. Then pack 1,000 rows of n-grams into a file."""
    model = Perceptron(epochs=5).fit(SENTENCES, dev=SENTENCES[:4])
    print(model.predict(["他在中国生活"]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "my.safetensors")
        write_model(path, *pack_model(model, *compact(model, 1_000)))
        words = Lexicon([Entry("中国生活", mode="force")])
        print(Segmenter(words, algorithm="perceptron", model=path).segment("他在中国生活"))


if __name__ == "__main__":
    main()
