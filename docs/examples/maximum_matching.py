"""Maximum matching: the longest word of a list, from the left, from the right, or the better of both."""

from cnlp import Lexicon, Segmenter

WORDS = Lexicon.only(["研究", "研究生", "生命", "命", "起源"])


def main() -> None:
    """Segment one ambiguous text three ways."""
    for algorithm in ("forward", "backward", "bidirectional"):
        print(algorithm, Segmenter(WORDS, algorithm=algorithm).segment("研究生命起源"))


if __name__ == "__main__":
    main()
