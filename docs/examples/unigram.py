"""Unigrams: the path of words whose probabilities have the greatest product."""

from cnlp import Segmenter


def main() -> None:
    """Segment, and print how much more the second best segmentation costs."""
    segmenter = Segmenter(algorithm="unigram")
    best, second = segmenter.n_best("研究生命起源", 2)
    print(best.words)
    print(second.words, f"costs {second.cost - best.cost:.1f} nats more")


if __name__ == "__main__":
    main()
