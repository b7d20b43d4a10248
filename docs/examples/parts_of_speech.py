"""Parts of speech: tag text, keep custom tags, convert them, and train a tagger."""

import tempfile
from pathlib import Path

import cnlp
from cnlp.pos.tagger import PartOfSpeech
from cnlp.pos.training import WordTagger

SENTENCES = [
    (["他", "在", "北京", "工作"], ["r", "p", "ns", "v"]),
    (["他", "的", "工作", "很", "重要"], ["r", "u", "vn", "d", "a"]),
] * 10


def main() -> None:
    """Train on words with tags, save, and tag with the file."""
    print([(token.text, token.tag) for token in cnlp.tag("他在北京工作")])
    mine = cnlp.Lexicon([cnlp.Entry("云原生", tag="tech")])
    print([(token.text, token.tag) for token in cnlp.tag("他研究云原生", lexicon=mine)])
    print(cnlp.tag_words(["他", "在", "北京", "工作"], tagset="universal"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "my.safetensors")
        WordTagger(epochs=4).fit(SENTENCES, dev=SENTENCES[:2]).save(path)
        print(PartOfSpeech(path).predict(["他", "的", "工作"]))


if __name__ == "__main__":
    main()
