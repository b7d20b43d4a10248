"""Training of the neural taggers: the epoch that the dev part likes best, the same again for the same seed."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from cnlp import errors
from cnlp.evaluation.entities import EntityScore, evaluate
from cnlp.neural.data import Example, Vocabulary, collate, cut_long, lattice_lexicon, shuffled_batches
from cnlp.neural.model import NeuralTagger, predict
from cnlp.neural.optimiser import clip_gradient, make_optimisers, rate_factor
from cnlp.neural.settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cnlp.neural.data import Labelled
    from cnlp.neural.vectors import Vectors


@dataclass(frozen=True)
class Epoch:
    """One line of the training log.

    Attributes:
        number: from 1.
        loss: negative log-likelihood in nats, the mean over sentences.
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
    """What :func:`train` returns.

    Attributes:
        model: the tagger, with the weights of the best epoch, in evaluation mode.
        vocabulary: what its rows and tags stand for.
        settings: what it was trained with.
        log: one :class:`Epoch` for each epoch.
        best: number of the epoch whose weights these are.
    """

    model: NeuralTagger
    vocabulary: Vocabulary
    settings: Settings
    log: list[Epoch] = field(default_factory=list)
    best: int = 0

    @property
    def dev(self) -> float | None:
        """Strict F1 of the best epoch on the dev part."""
        return self.log[self.best - 1].dev if self.log else None


def train(
    settings: Settings,
    train: Sequence[Labelled],
    dev: Sequence[Labelled] | None = None,
    *,
    vectors: Vectors | None = None,
    lexicon: Iterable[str] | None = None,
    device: str = "cpu",
    on_epoch: Callable[[Epoch], object] = lambda epoch: None,
) -> Trained:
    """Train a tagger.

    Args:
        settings: the hyper-parameters.
        train: texts with their spans ``(start, end, label)``, which do not overlap.
        dev: chooses the epoch by strict F1; ``None``: the last one.
        vectors: pretrained rows for the embeddings.
        lexicon: the words of the lattice; the shipped lexicon's by default.
        device: ``"cpu"``, ``"cuda"``, ...
        on_epoch: called behind each epoch.
    """
    if vectors is not None:
        settings = _with_widths(settings, vectors)
    torch.manual_seed(settings.seed)
    words = lattice_lexicon(lexicon) if settings.lexicon else None
    vocabulary = Vocabulary.build(train, settings.scheme, words, vectors)
    if len(vocabulary.tags) < 2:
        raise errors.ArgumentError("nothing to learn from: no sentence has an entity")
    model = NeuralTagger(vocabulary.sizes, vocabulary.tags, settings)
    if vectors is not None:
        model.embeddings.fill(vocabulary, vectors, settings.normalise)
    model.to(device)
    examples = _examples(train, vocabulary, settings.max_length)
    optimisers = make_optimisers(model, settings)
    result = Trained(model, vocabulary, settings)
    best_state: dict[str, Any] = {}
    for number in range(1, settings.epochs + 1):
        start = time.perf_counter()
        loss = _run_epoch(model, examples, optimisers, settings, number, device)
        seconds = time.perf_counter() - start
        score = _score(model, vocabulary, dev, settings) if dev else None
        epoch = Epoch(number, loss, seconds)
        if score is not None:
            epoch = Epoch(number, loss, seconds, score.f1, score.precision, score.recall)
        result.log.append(epoch)
        if not dev or not result.best or (epoch.dev or 0) > (result.dev or 0):
            result.best = number
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
        on_epoch(epoch)
        if settings.patience and number - result.best >= settings.patience:
            break
    model.load_state_dict(best_state)
    model.eval()
    return result


def _with_widths(settings: Settings, vectors: Vectors) -> Settings:
    """Embeddings as wide as their vectors."""
    tables = {"character": vectors.characters, "bigram": vectors.bigrams, "word": vectors.words}
    return settings.with_values({f"{name}_size": table.size for name, table in tables.items() if len(table)})


def _examples(sentences: Sequence[Labelled], vocabulary: Vocabulary, limit: int) -> list[Example]:
    """The training part as numbers; long sentences are cut."""
    examples = []
    for text, spans in sentences:
        for start, end in cut_long(text, limit, spans):
            inside = [(a - start, b - start, label) for a, b, label in spans if start <= a and b <= end]
            if start < end:
                examples.append(vocabulary.encode(text[start:end], inside))
    return examples


def _run_epoch(
    model: NeuralTagger,
    examples: Sequence[Example],
    optimisers: Sequence[torch.optim.Optimizer],
    settings: Settings,
    number: int,
    device: str,
) -> float:
    model.train()
    batches = shuffled_batches(examples, settings.batch_size, f"{settings.seed} {number}")
    total = 0.0
    for place, chosen in enumerate(batches):
        step = (number - 1) * len(batches) + place
        rate = settings.rate * rate_factor(settings, step, len(batches))
        loss = model.loss(collate(chosen).to(device))
        value = loss.item()
        if not math.isfinite(value):
            raise errors.ArgumentError(f"the loss became {value} in epoch {number}: use a smaller rate")
        for optimiser in optimisers:
            optimiser.zero_grad()
        loss.backward()
        if settings.clip:
            clip_gradient(model, settings.clip)
        for optimiser in optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.step()
        total += value * len(chosen)
    return total / len(examples)


def _score(model: NeuralTagger, vocabulary: Vocabulary, gold: Sequence[Labelled], settings: Settings) -> EntityScore:
    texts = [text for text, _ in gold]
    found = predict(model, vocabulary, texts, settings)
    return evaluate(texts, [spans for _, spans in gold], found).overall
