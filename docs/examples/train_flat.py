"""Train FLAT on your labels: ``python docs/examples/train_flat.py TRAIN DEV``.

The files have a character and its tag a line (``北 B-CITY``), an empty line after each sentence. The run's folder,
``flat.training``, gets the scores of each epoch and their picture, ``curve.png``; ``flat.safetensors`` is the model,
which ``cnlp ner --model flat.safetensors`` uses. Without files a few made-up orders serve.
Needs ``pip install 'cnlp[neural]'``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cnlp.corpus.entities import Sentence, read_columns

DISHES = ("宫保鸡丁", "麻婆豆腐", "鱼香肉丝", "清蒸鲈鱼", "回锅肉", "酸辣汤")
PLACES = ("三里屯", "五道口", "中关村", "国贸")
TEMPLATES = ("{place}的客人要一份{dish}。", "送{dish}到{place}，要快。", "{dish}做好了，谁去{place}？")


def orders() -> list[Sentence]:
    """Sentences with the labels DISH and PLACE."""
    made = []
    for template in TEMPLATES:
        for dish in DISHES:
            for place in PLACES:
                text = template.format(dish=dish, place=place)
                spans = [(text.index(name), text.index(name) + len(name), label)
                         for name, label in ((dish, "DISH"), (place, "PLACE"))]  # fmt: skip
                made.append(Sentence(text, tuple(sorted(spans))))
    return made


def main(files: list[str]) -> None:
    """Train, show, save, use."""
    # Here, so that the file can be imported without torch.
    from cnlp.ner.neural.recognizer import NeuralRecognizer
    from cnlp.ner.neural.settings import defaults

    if files:
        train, dev = (list(read_columns(Path(name), "BIO")) for name in files)
        settings = defaults("flat")
    else:
        made = orders()
        train, dev = [made[n] for n in range(len(made)) if n % 4], made[::4]
        settings = defaults("flat").with_values({"epochs": 20, "rate": 0.01, "hidden": 32, "feed_forward": 64})
    model = NeuralRecognizer(settings).fit(train, dev=dev, progress=sys.stderr.isatty(), out_dir="flat.training")
    for epoch in model.log_:
        print(f"epoch {epoch.number}: dev F1 {epoch.dev:.4f}")
    model.save("flat.safetensors")
    text = "送酸辣汤到中关村，要快。" if not files else dev[0][0]
    print([(entity.text, entity.label) for entity in NeuralRecognizer.load("flat.safetensors").entities(text)])
    print("the picture is in flat.training/curve.png")


if __name__ == "__main__":
    main(sys.argv[1:])
