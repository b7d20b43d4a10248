"""A conditional random field: train it, and ask how sure it is of every tag."""

from cnlp.segmentation.crf import CRF

SENTENCES = [
    ["中国", "人民", "的", "生活"],
    ["人民", "生活", "在", "中国"],
    ["他", "在", "大学", "读书"],
    ["大学生", "的", "生活"],
] * 10


def main() -> None:
    """Train by gradient steps; print the words and the probabilities of B, M, E, S at each character."""
    model = CRF(epochs=8).fit(SENTENCES)
    text = "中国大学"
    print(model.predict([text])[0])
    for char, row in zip(text, model.marginals([text])[0], strict=True):
        print(char, " ".join(f"{tag} {share:.2f}" for tag, share in zip("BMES", row, strict=True)))


if __name__ == "__main__":
    main()
