"""Training of the neural taggers.

An epoch is one pass over the training part in batches of similar lengths. Then the dev part is tagged; the epoch
with the best strict F1 is kept, and training ends early when no better one comes. The order of the sentences depends
on seed and epoch only, and all random numbers come from one generator whose state is saved with weights, optimisers
and log after every epoch: an interrupted run resumes after its last epoch, with the same result, bit
for bit, on the same machine and as many threads.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

import torch

from cnlp import errors
from cnlp.evaluation.entities import EntityScore, evaluate_entities
from cnlp.ner.neural.data import Example, Vocabulary, collate, encode_parts, lattice_lexicon, shuffled_batches
from cnlp.ner.neural.machine import computing, find_device, naming_memory
from cnlp.ner.neural.model import NeuralTagger, predict
from cnlp.ner.neural.optimiser import clip_gradient, make_optimisers, rate_factor
from cnlp.ner.neural.run_folder import (
    CHECKPOINT,
    CURVE,
    METRICS,
    SUMMARY,
    draw_curve,
    read_checkpoint,
    run_identity,
    write_checkpoint,
    write_file,
)
from cnlp.ner.neural.settings import Settings
from cnlp.ner.parts import Part

if TYPE_CHECKING:
    from cnlp.ner.base import Labelled
    from cnlp.ner.distillation import Distillation
    from cnlp.vectors.vectors import Vectors


@dataclass(frozen=True)
class NeuralEpoch:
    """One line of the training log.

    Attributes:
        number: from 1.
        loss: negative log-likelihood in nats, the mean over sentences, with dropout.
        seconds: of the steps, without the dev part.
        dev: strict F1 on the dev part, ``None`` without one.
        precision, recall: the same.
    """

    number: int
    loss: float
    seconds: float
    dev: float | None = None
    precision: float | None = None
    recall: float | None = None


@dataclass
class Trained:
    """What :func:`train_neural` returns.

    Attributes:
        model: the tagger, with the weights of the best epoch, in evaluation mode.
        vocabulary: the items of its rows and its tags.
        settings: of the training; the widths of the embeddings are those of the vectors.
        log: one :class:`NeuralEpoch` for each epoch.
        best: number of the epoch whose weights these are.
        split: how many sentences of the training part were longer than ``settings.max_length``, and were split.
    """

    model: NeuralTagger
    vocabulary: Vocabulary
    settings: Settings
    log: list[NeuralEpoch] = field(default_factory=list)
    best: int = 0
    split: int = 0

    @property
    def dev(self) -> float | None:
        """Strict F1 of the best epoch on the dev part."""
        return self.log[self.best - 1].dev if self.best else None


def train_neural(
    settings: Settings,
    train: Sequence[Labelled],
    dev: Sequence[Labelled] | None = None,
    *,
    others: Sequence[Part] = (),
    distillation: Distillation | None = None,
    vectors: Vectors | None = None,
    lexicon: Iterable[str] | None = None,
    out_dir: str | os.PathLike[str] | None = None,
    resume: bool = False,
    device: str = "cpu",
    threads: int = 1,
    progress: bool = False,
    on_epoch: Callable[[NeuralEpoch], object] | None = None,
) -> Trained:
    """Train a tagger.

    Args:
        settings: the hyper-parameters.
        train: texts with their spans ``(start, end, label)``, which do not overlap.
        dev: chooses the epoch by strict F1; ``None``: the last one.
        others: further sentences with their standards, learnt from as well; ``train`` and ``dev`` follow
            :data:`cnlp.ner.parts.GENERAL`.
        distillation: what is learnt from a teacher besides.
        vectors: pretrained rows for the embeddings, which become as wide.
        lexicon: the words of the lattice; the shipped lexicon's by default.
        out_dir: folder for checkpoint, metrics and learning curve; made where it is missing.
        resume: continue the run in ``out_dir``, if there is one.
        device: ``"cpu"``, ``"cuda"`` or any other that torch knows.
        threads: of the processor. Steps are short, so more of them help little; and another number rounds otherwise.
        progress: show a progress bar with the loss and the dev score.
        on_epoch: called after each epoch.

    Raises:
        ArgumentError: nothing to learn from; spans that overlap, reach outside, or are longer than
            ``max_length``; a dev part without entities; no such device; ``out_dir`` holds another run.
        TrainingError: out of memory; the loss is NaN or infinite.
        ModelError: the checkpoint is damaged.
        OSError: ``out_dir`` cannot be written.
        KeyboardInterrupt: Ctrl-C, where nothing was learnt yet or ``out_dir`` has what was; without ``out_dir``
            the best model so far is returned.

    >>> from cnlp.ner.neural.settings import defaults
    >>> corpus = [("王明在北京工作", [(0, 2, "PER"), (3, 5, "LOC")]), ("李明去上海", [(0, 2, "PER"), (3, 5, "LOC")])]
    >>> settings = defaults("bilstm-crf").with_values({"epochs": 20, "batch_size": 2, "rate": 0.02, "hidden": 16})
    >>> trained = train_neural(settings, corpus, corpus)
    >>> trained.dev
    1.0
    """
    first, dev = Part(train), None if dev is None else list(dev)
    _check(first.sentences, dev)
    if vectors is not None:
        settings = _with_widths(settings, vectors)
    words = None if lexicon is None else list(lexicon)
    place = find_device(device)
    with computing(threads, place):
        parts = [first, *others]
        if distillation is not None:
            parts = distillation.join(parts)
        folder = None if out_dir is None else Path(out_dir)
        with naming_memory("while the model is made", "smaller widths, such as hidden"):
            run = _Run(settings, parts, dev, vectors, words, place, folder, distillation)
        if resume:
            run.load()
        run.go(progress, on_epoch or (lambda epoch: None))
    return run.result


def train_seeds(
    settings: Settings,
    seeds: Iterable[int],
    train_part: Sequence[Labelled],
    dev: Sequence[Labelled] | None,
    *,
    out_dir: str | os.PathLike[str] | None = None,
    on_seed: Callable[[Trained], object] | None = None,
    **options: Any,
) -> Trained:
    """Train once with each seed.

    Args:
        settings: the hyper-parameters except the seed.
        seeds: one run for each.
        train_part, dev: as for :func:`train_neural`.
        out_dir: has a folder for each seed, such as ``seed-1``, and ``summary.json``: mean and standard deviation
            of the dev score.
        on_seed: called with the result of each run.
        options: those of :func:`train_neural`.

    Returns:
        The result with the best dev score.

    Raises:
        ArgumentError: there are no seeds; and what :func:`train_neural` raises.
    """
    best: Trained | None = None
    scores: dict[int, float] = {}
    for seed in dict.fromkeys(seeds):
        folder = None if out_dir is None else Path(out_dir, f"seed-{seed}")
        result = train_neural(settings.with_values({"seed": seed}), train_part, dev, out_dir=folder, **options)
        scores[seed] = result.dev or 0.0
        if best is None or scores[seed] > (best.dev or 0.0):
            best = result
        if on_seed is not None:
            on_seed(result)
        if out_dir is not None:
            summary = {"dev": scores, "mean": fmean(scores.values()), "deviation": _deviation(scores.values())}
            write_file(Path(out_dir, SUMMARY), json.dumps(summary, indent=2).encode())
    if best is None:
        raise errors.ArgumentError("no seeds to train with")
    return best


class _Run:
    """One run: its model and everything that the next step depends on."""

    def __init__(
        self,
        settings: Settings,
        parts: Sequence[Part],
        dev: Sequence[Labelled] | None,
        vectors: Vectors | None,
        lexicon: Sequence[str] | None,
        device: torch.device,
        folder: Path | None,
        distillation: Distillation | None,
    ) -> None:
        torch.manual_seed(settings.seed)
        words = lattice_lexicon(lexicon) if settings.lexicon else None
        standards = list(dict.fromkeys(part.standard for part in parts))
        sentences = [sentence for part in parts for sentence in part.sentences]
        vocabulary = Vocabulary.build(sentences, settings.scheme, words, vectors, settings.least, standards)
        model = NeuralTagger(vocabulary.sizes, vocabulary.tags, settings, len(standards))
        if vectors is not None:
            model.embeddings.fill(vocabulary, vectors, settings.normalise)
        self.device, self.folder, self.dev = device, folder, dev
        self.model = model.to(device)
        self.examples, split = encode_parts(parts, vocabulary, settings.max_length)
        self.loss_options: dict[str, float] = {}
        if distillation is not None and distillation.is_soft:
            self.loss_options = {"alpha": distillation.alpha, "temperature": distillation.temperature}
            self.examples = _taught(self.examples, vocabulary.tags, distillation)
        self.optimisers = make_optimisers(model, settings)
        self.result = Trained(model, vocabulary, settings, split=split)
        self.best_state: dict[str, Any] = {}
        self.identity = run_identity(settings, parts, dev or (), lexicon, vectors, distillation, self.examples)

    # ---- epochs ----

    def go(self, progress: bool, on_epoch: Callable[[NeuralEpoch], object]) -> None:
        """Train to the end, and take the best weights."""
        settings, log = self.result.settings, self.result.log
        with _progress_bar(settings, len(log), progress) as bar:
            try:
                for number in range(len(log) + 1, settings.epochs + 1):
                    if self.is_over:
                        break
                    epoch = self._epoch(number, bar)
                    self._keep(epoch)
                    on_epoch(epoch)
            except KeyboardInterrupt:
                if self.folder is not None or not self.best_state:
                    raise
            finally:
                if self.folder is not None and log:
                    draw_curve(self.result, self.folder / CURVE)
        self.model.embeddings.encoded.clear()
        self.model.load_state_dict(self.best_state)
        self.model.eval()

    @property
    def is_over(self) -> bool:
        """Has no better epoch come for too long?"""
        patience = self.result.settings.patience
        return bool(self.dev and patience and len(self.result.log) - self.result.best >= patience)

    def _epoch(self, number: int, bar: Any) -> NeuralEpoch:
        settings = self.result.settings
        self.model.train()
        start = time.perf_counter()
        texts = [example.text for example in self.examples]
        with naming_memory(f"before epoch {number}, with the encoder's vectors of {len(texts)} sentences"):
            self.model.embeddings.freeze(number <= settings.encoder_frozen, texts)
        batches = shuffled_batches(self.examples, settings.batch_size, f"{settings.seed} {number}")
        total = 0.0
        for place, chosen in enumerate(batches):
            rate = settings.rate * rate_factor(settings, (number - 1) * len(batches) + place, len(batches))
            longest = max(len(example.characters) for example in chosen)
            with naming_memory(f"in epoch {number}, with {len(chosen)} sentences of up to {longest} characters"):
                loss = self._step(chosen, rate)
            if not math.isfinite(loss):
                raise errors.TrainingError(
                    f"the loss became {loss} in epoch {number}, step {place + 1} of {len(batches)}: "
                    f"take a smaller rate (it is {settings.rate}) or clip (it is {settings.clip})"
                )
            total += loss * len(chosen)
            bar.update(1 / len(batches))
        seconds = time.perf_counter() - start
        epoch = NeuralEpoch(number, total / len(self.examples), seconds)
        if self.dev:
            with naming_memory(f"on the dev part, after epoch {number}"):
                score = self._score(self.dev)
            epoch = NeuralEpoch(number, epoch.loss, seconds, score.f1, score.precision, score.recall)
        shown = {"loss": epoch.loss, "dev": epoch.dev, "best": max(epoch.dev or 0, self.result.dev or 0)}
        bar.set_postfix({key: f"{value:.4g}" for key, value in shown.items() if value is not None})
        return epoch

    def _step(self, chosen: Sequence[Example], rate: float) -> float:
        """One step; returns its loss."""
        for optimiser in self.optimisers:
            optimiser.zero_grad()
        loss = self.model.loss(collate(chosen).to(self.device), **self.loss_options)
        value = float(loss.detach())
        if math.isfinite(value):
            loss.backward()  # type: ignore[no-untyped-call]
            if self.result.settings.clip:
                clip_gradient(self.model, self.result.settings.clip)
            for optimiser in self.optimisers:
                for group in optimiser.param_groups:
                    group["lr"] = rate * group["share"]
                optimiser.step()
        return value

    def _score(self, gold: Sequence[Labelled]) -> EntityScore:
        texts = [text for text, _ in gold]
        entities = predict(self.model, self.result.vocabulary, texts, self.result.settings)
        found = [[entity[:3] for entity in some] for some in entities]
        return evaluate_entities(texts, [spans for _, spans in gold], found).overall

    def _keep(self, epoch: NeuralEpoch) -> None:
        """Add an epoch to the log, keep its weights if it is the best, write the folder."""
        best = self.result.dev
        self.result.log.append(epoch)
        if epoch.dev is None or best is None or epoch.dev > best:
            self.result.best = epoch.number
            self.best_state = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        if self.folder is not None:
            self._save(self.folder)

    # ---- files ----

    def _save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        state = {
            "identity": self.identity,
            "model": self.model.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "random": torch.get_rng_state(),
            "random_cuda": torch.cuda.get_rng_state(self.device) if self.device.type == "cuda" else None,
            "best": self.result.best,
            "best_model": self.best_state,
            "log": [asdict(epoch) for epoch in self.result.log],
        }
        write_checkpoint(folder / CHECKPOINT, state)
        metrics = {
            "settings": self.result.settings.as_dict(),
            "sentences": len(self.examples),
            "split": self.result.split,
            "labels": sorted({tag.partition("-")[2] for tag in self.result.vocabulary.tags} - {""}),
            "rows": dict(zip(("characters", "bigrams", "words"), self.result.vocabulary.sizes, strict=True)),
            "parameters": sum(weight.numel() for weight in self.model.parameters()),
            "torch": torch.__version__,
            "device": str(self.device),
            "threads": torch.get_num_threads(),
            "best": self.result.best,
            "dev": self.result.dev,
            "epochs": state["log"],
        }
        write_file(folder / METRICS, (json.dumps(metrics, ensure_ascii=False, indent=2) + "\n").encode())

    def load(self) -> None:
        """Take up the run in the folder, if one is there.

        Raises:
            ArgumentError: it is another run.
            ModelError: its checkpoint is damaged.
        """
        path = self.folder and self.folder / CHECKPOINT
        if path is None or not path.exists():
            return
        state = read_checkpoint(path, self.identity, self.device)
        self.model.load_state_dict(state["model"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        torch.set_rng_state(state["random"].cpu())
        if state["random_cuda"] is not None:
            torch.cuda.set_rng_state(state["random_cuda"].cpu(), self.device)
        self.best_state = state["best_model"]
        self.result.best = state["best"]
        self.result.log[:] = [NeuralEpoch(**epoch) for epoch in state["log"]]


# ---- data ----


def _check(train: Sequence[Labelled], dev: Sequence[Labelled] | None) -> None:
    if not any(text for text, _ in train):
        raise errors.ArgumentError("nothing to learn from: the training part has no text")
    if not any(len(spans) for _, spans in train):
        raise errors.ArgumentError("nothing to learn from: no sentence of the training part has an entity")
    if dev and not any(len(spans) for _, spans in dev):
        raise errors.ArgumentError("the dev part has no entity, so that it cannot choose an epoch")


def _taught(examples: Sequence[Example], tags: Sequence[str], distillation: Distillation) -> list[Example]:
    """The examples with what the teacher says of them."""
    texts = list(dict.fromkeys(example.text for example in examples))
    targets = distillation.teacher.targets(texts, tags, distillation.temperature)
    by_text = dict(zip(texts, targets, strict=True))
    return [example._replace(targets=by_text[example.text]) for example in examples]


def _with_widths(settings: Settings, vectors: Vectors) -> Settings:
    """Embeddings as wide as their vectors."""
    tables = {"character": vectors.characters, "bigram": vectors.bigrams, "word": vectors.words}
    return settings.with_values({f"{name}_size": table.size for name, table in tables.items() if len(table)})


@contextmanager
def _progress_bar(settings: Settings, done: int, wanted: bool) -> Iterator[Any]:
    from tqdm import tqdm

    shape = "{desc} {percentage:3.0f}%|{bar}| {n:.1f}/{total} epochs [{elapsed}<{remaining}{postfix}]"
    with tqdm(
        total=settings.epochs, initial=done, desc=settings.model, bar_format=shape, disable=not wanted
    ) as bar:  # fmt: skip
        yield bar


def _deviation(scores: Iterable[float]) -> float:
    values = list(scores)
    return stdev(values) if len(values) > 1 else 0.0
