"""Unknown words: a tagger proposes words that the lexicon does not have, the bigram model decides."""

from cnlp import Entry, Lexicon, Segmenter

TEXT = "记者杨茉薇报道"


def main() -> None:
    """The same text without and with proposals, and with a proposal that the user forbids."""
    print(Segmenter(algorithm="bigram").segment(TEXT))
    print(Segmenter(algorithm="bigram", unknown="perceptron").segment(TEXT))
    blocked = Lexicon([Entry("杨茉薇", mode="block")])
    print(Segmenter(blocked, algorithm="bigram", unknown="perceptron").segment(TEXT))


if __name__ == "__main__":
    main()
