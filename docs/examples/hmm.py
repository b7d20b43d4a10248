"""A hidden Markov model: learn by counting, add sentences later, save and load."""

import tempfile
from pathlib import Path

from cnlp.segmentation.hmm import HMM

SENTENCES = [["我", "爱", "北京"], ["北京", "很", "大"], ["大学生", "爱", "读书"]]


def main() -> None:
    """Fit, fit more, save, load, segment."""
    model = HMM(order=2).fit(SENTENCES[:2])
    model.partial_fit(SENTENCES[2:])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "hmm.safetensors")
        model.save(path)
        print(HMM.load(path).predict(["大学生爱北京"]))


if __name__ == "__main__":
    main()
