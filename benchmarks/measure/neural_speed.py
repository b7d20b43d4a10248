"""How fast do the neural taggers find entities on one core? Writes ``benchmarks/results/neural-speed.json``.

Sentences of Resume's test part, one thread, processor time. FLAT is the shipped model; BiLSTM-CRF and Lattice LSTM are
trained here, with their defaults for a few epochs, which does not change their speed. The linear CRF, trained here too,
is timed in the same rounds.

    sentences_per_s   by batch size; the linear CRF has none
    variants          of the batch size that is the default: how much faster is a copy of the model with weights of
                      bfloat16, with int8 in place of its linear layers and LSTMs, compiled by torch; and what that
                      changes in strict F1 of the dev part. What cannot be made is left out: a Lattice LSTM is not
                      compiled, for its loop would be compiled anew for every length.
"""

from __future__ import annotations

import argparse
import copy
import sys
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from benchmarks import record as records
from benchmarks.measure.neural_ner import FILES, read
from benchmarks.timing import Contender, pin, ratios, spread, time_rounds
from cnlp.corpus.entities import Sentence
from cnlp.corpus.registry import data_folder, file_sha256
from cnlp.evaluation.entities import evaluate_entities
from cnlp.ner.linear import EntityRecognizer
from cnlp.ner.neural.model import NeuralTagger, predict
from cnlp.ner.neural.packing import unpack_tagger
from cnlp.ner.neural.recognizer import NeuralRecognizer
from cnlp.ner.neural.settings import defaults

SIZES = (1, 8, 16, 32, 64, 128)
PLAIN, LINEAR = "plain", "linear CRF"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(words)
    torch.set_num_threads(1)
    parts = read("resume")
    texts = [sentence.text for sentence in parts["test"]][:: options.stride]
    linear, neural = recognizers(parts["train"], options.epochs)
    core = pin()
    contenders = [_contender(LINEAR, linear.predict, texts)]
    for name, recognizer in neural.items():
        find = finder(recognizer)
        contenders += [_contender(f"{name} {size}", partial(find, batch_size=size), texts) for size in SIZES]
    rates = time_rounds(contenders, options.rounds)
    cells = {name: spread(values, 1) for name, values in rates.items()}
    results = {
        "settings": {
            "pinned_core": core, "rounds": options.rounds, "sentences": len(texts), "epochs": options.epochs,
        },
        "sentences_per_s": {
            LINEAR: cells[LINEAR],
            **{name: {str(size): cells[f"{name} {size}"] for size in SIZES} for name in neural},
        },
        "variants": {
            name: variants(name, recognizer, texts, parts["dev"], options.rounds)
            for name, recognizer in neural.items()
        },
    }  # fmt: skip
    record = records.new_record("neural_speed", words, packages=("torch",), seed=1)
    record["data"] = {name: file_sha256(data_folder() / name) for name in FILES["resume"]}
    records.save({**record, "results": results}, options.output)
    return 0


def recognizers(train: Sequence[Sentence], epochs: int) -> tuple[EntityRecognizer, dict[str, NeuralRecognizer]]:
    """The linear one, and the neural ones by the names of their models."""
    neural = {"flat": NeuralRecognizer.load("ner-resume-neural")}
    for name in ("lattice-lstm", "bilstm-crf"):
        settings = defaults(name, "resume").with_values({"epochs": epochs})
        neural[name] = NeuralRecognizer(settings).fit(train)
    return EntityRecognizer(method="crf").fit(train), neural


def finder(recognizer: NeuralRecognizer, change: Callable[[NeuralTagger], NeuralTagger] | None = None) -> Any:
    """What finds the entities of texts in batches, by the model or a changed copy of it."""
    model, vocabulary, settings = unpack_tagger(recognizer.arrays_, recognizer.card_)
    changed = change(copy.deepcopy(model)) if change else model

    def find(texts: Sequence[str], **options: Any) -> list[list[tuple[int, int, str]]]:
        found = predict(changed, vocabulary, texts, settings, **options)
        return [[entity[:3] for entity in entities] for entities in found]

    return find


def variants(
    name: str, recognizer: NeuralRecognizer, texts: Sequence[str], dev: Sequence[Sentence], rounds: int
) -> dict[str, Any]:
    """Speed and F1 of each variant beside the plain model."""
    finders = {PLAIN: finder(recognizer)}
    finders |= {title: finder(recognizer, change) for title, change in CHANGES.items() if (name, title) not in LEFT_OUT}
    rates = time_rounds([_contender(title, find, texts) for title, find in finders.items()], rounds)
    scores = {title: f1(find, dev) for title, find in finders.items()}
    return {
        title: {"ratio": ratio, "f1_change": round(scores[title] - scores[PLAIN], 4)}
        for title, ratio in ratios(rates, [PLAIN])[PLAIN].items()
    }


def in_bfloat16(model: NeuralTagger) -> NeuralTagger:
    """All but the CRF with numbers of 16 bits."""
    for part in (model.embeddings, model.encoder, model.linear):
        part.bfloat16()
    model.linear.register_forward_hook(lambda module, inputs, output: output.float())
    return model


def in_int8(model: NeuralTagger) -> NeuralTagger:
    """Linear layers and LSTMs with weights of 8 bits, and what comes in rounded to as many."""
    fitting = {name for name, part in model.named_modules() if isinstance(part, (nn.Linear, nn.LSTM))}
    fitting.discard("encoder.fuse")  # FLAT reads the weights of this one
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it moves to a package that is not torch
        quantised: NeuralTagger = torch.ao.quantization.quantize_dynamic(model, fitting, dtype=torch.qint8)
    return quantised


def compiled(model: NeuralTagger) -> NeuralTagger:
    """The encoder compiled for tensors of any shape; the untimed call that comes first compiles it."""
    model.encoder.compile(dynamic=True)
    return model


CHANGES = {"bfloat16": in_bfloat16, "int8": in_int8, "torch.compile": compiled}
LEFT_OUT = {("lattice-lstm", "torch.compile")}


def f1(find: Any, gold: Sequence[Sentence]) -> float:
    """Strict F1."""
    texts = [sentence.text for sentence in gold]
    return evaluate_entities(texts, [sentence.spans for sentence in gold], find(texts)).overall.f1


def _contender(name: str, find: Callable[[Sequence[str]], object], texts: Sequence[str]) -> Contender:
    def work(given: Sequence[str]) -> None:
        find(given)

    return Contender(name, lambda: [text.encode().decode() for text in texts], work, len(texts))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure.neural_speed", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=5, help="over all contenders; default: 5")
    parser.add_argument("--stride", type=int, default=1, help="of the sentences, every how many-th; default: 1")
    parser.add_argument("--epochs", type=int, default=2, help="of the models that are trained here; default: 2")
    parser.add_argument("--output", type=Path, default=records.RESULTS / "neural-speed.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
