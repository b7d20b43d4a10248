"""Pre-training of the character encoder: it guesses masked words from what is around them.

The output layer shares the table of the input (Press and Wolf 2017), and computes scores of the chosen places only.
AdamW; the rate rises in the first steps and falls to zero at the last one, so the number of steps is to be set in
advance. All chance depends on seed and step: a run resumes after its last checkpoint with the same result, bit for
bit, on the same machine and as many threads.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cnlp import errors
from cnlp.ner.neural.character_encoder import BREAK, CharacterEncoder, Shape
from cnlp.ner.neural.data import UNKNOWN_ROW
from cnlp.ner.neural.machine import computing, naming_memory
from cnlp.ner.neural.masking import SHARD, Masked, Pieces, frequent, mask_words, row_table
from cnlp.ner.neural.optimiser import clip_gradient, linear_factor
from cnlp.ner.neural.run_folder import (
    CHECKPOINT,
    CURVE,
    METRICS,
    draw_losses,
    read_checkpoint,
    write_checkpoint,
    write_file,
)

HELD_OUT = 256  # pieces
SUFFIXES = (SHARD, CHECKPOINT, METRICS, CURVE)
_WARM, _CLIP, _DECAY, _BETAS = 0.02, 1.0, 0.01, (0.9, 0.98)


@dataclass(frozen=True)
class Pretraining:
    """The settings of a run.

    Attributes:
        layers, size, heads, length: see :class:`cnlp.ner.neural.character_encoder.Shape`.
        most, least: how many characters get rows at most, and how often each must occur.
        batch_size: pieces a step.
        steps: how many.
        rate: greatest step size.
        seed: of weights, order and masks.
        bfloat16: multiply matrices in 16 bits, faster on processors that can.

    Raises:
        ArgumentError: a setting is out of range.
    """

    layers: int = 4
    size: int = 256
    heads: int = 4
    length: int = 128
    most: int = 8000
    least: int = 20
    batch_size: int = 32
    steps: int = 30_000
    rate: float = 1e-3
    seed: int = 1
    bfloat16: bool = False

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if name not in ("seed", "bfloat16") and value <= 0:
                raise errors.ArgumentError(f"{name} must be above 0, got {value}")
        errors.check_seed(self.seed)
        _ = self.shape  # is checked when it is made

    @property
    def shape(self) -> Shape:
        """The size of the encoder."""
        return Shape(self.layers, self.size, self.heads, self.length)


@dataclass(frozen=True)
class Record:
    """One line of the training log.

    Attributes:
        step: steps done.
        loss: nats a chosen character, the mean since the last record.
        held_out: the same on held-out text.
        accuracy: share of its chosen characters that are guessed.
        seconds: since the last record, without the held-out text.
        characters: read in these seconds.
    """

    step: int
    loss: float
    held_out: float
    accuracy: float
    seconds: float
    characters: int


class MaskedModel(nn.Module):
    """An encoder, and the layer that guesses."""

    def __init__(self, encoder: CharacterEncoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.dense, self.norm = nn.Linear(encoder.size, encoder.size), nn.LayerNorm(encoder.size)
        self.bias = nn.Parameter(torch.zeros(encoder.table.num_embeddings))
        nn.init.normal_(self.dense.weight, std=0.02)

    def forward(self, batch: Masked) -> Tensor:
        """Scores of all rows at the chosen places, (k, rows)."""
        table = self.encoder.table
        found = self.encoder.contexts(table(torch.from_numpy(batch.shown)))[torch.from_numpy(batch.chosen)]
        found = self.norm(torch.relu(self.dense(found)))
        return nn.functional.linear(found, table.weight, self.bias).float()


def pretrain(
    settings: Pretraining,
    shards: Sequence[Path],
    folder: Path,
    *,
    threads: int = 1,
    progress: bool = False,
    checkpoint_seconds: float = 300,
    on_record: Callable[[Record], object] | None = None,
) -> tuple[CharacterEncoder, list[Record]]:
    """Train an encoder; what the folder has of the same run is continued.

    Args:
        settings: the hyper-parameters.
        shards: files of :func:`cnlp.ner.neural.masking.write_shard`.
        folder: for checkpoint, metrics and learning curve.
        threads: of the processor.
        progress: show a progress bar.
        checkpoint_seconds: time between checkpoints.
        on_record: called with each line of the log.

    Raises:
        ArgumentError: the text is too short; the folder has another run.
        TrainingError: out of memory; the loss is NaN or infinite.
        ModelError: the checkpoint is damaged.
        OSError: the folder cannot be written.
    """
    with computing(threads, torch.device("cpu")):
        with naming_memory("while the encoder is made", "a smaller size or fewer layers"):
            run = _Run(settings, shards, folder)
        run.go(progress, checkpoint_seconds, on_record or (lambda record: None))
    return run.model.encoder.eval(), run.log


class _Run:
    """One run: its model and everything that the next step depends on."""

    def __init__(self, settings: Pretraining, shards: Sequence[Path], folder: Path) -> None:
        torch.manual_seed(settings.seed)
        self.settings, self.folder = settings, folder
        self.pieces = Pieces(shards, settings.length, HELD_OUT, settings.seed)
        if len(self.pieces.train) < settings.batch_size:
            wanted = (HELD_OUT + settings.batch_size) * settings.length
            raise errors.ArgumentError(f"the text is too short: it needs {wanted:,} characters")
        counts = self.pieces.count()
        characters = frequent(counts, settings.most, settings.least)
        self.model = MaskedModel(CharacterEncoder(characters, settings.shape))
        self.model.encoder.freeze(False)
        self.table = row_table(self.model.encoder.rows)
        self.optimiser = torch.optim.AdamW(_groups(self.model), settings.rate, betas=_BETAS, fused=True)
        self.log: list[Record] = []
        self.step = 0
        self.losses: list[float] = []  # since the last record
        self.seconds = 0.0
        self.identity = {**asdict(settings), "text": hashlib.sha256(counts.tobytes()).hexdigest()}
        self.held = [self._masked(self.pieces.held[at : at + 32], 0, at) for at in range(0, HELD_OUT, 32)]
        self._load()

    def go(self, progress: bool, checkpoint_seconds: float, on_record: Callable[[Record], object]) -> None:
        """Train to the end."""
        from tqdm import tqdm

        every, saved = min(500, max(1, self.settings.steps // 100)), time.monotonic()
        shape = "{desc} {percentage:3.0f}%|{bar}| {n}/{total} steps [{elapsed}<{remaining}{postfix}]"
        with tqdm(
            total=self.settings.steps, initial=self.step, desc="encoder", bar_format=shape, disable=not progress
        ) as bar:
            while self.step < self.settings.steps:
                start = time.monotonic()
                with naming_memory(f"in step {self.step + 1}"):
                    self.losses.append(self._learn())
                self.seconds += time.monotonic() - start
                self.step += 1
                bar.update()
                is_last = self.step == self.settings.steps
                if self.step % every == 0 or is_last:
                    self._record()
                    bar.set_postfix({"loss": f"{self.log[-1].loss:.3f}", "held out": f"{self.log[-1].held_out:.3f}"})
                    on_record(self.log[-1])
                if is_last or time.monotonic() - saved > checkpoint_seconds:
                    self._save()
                    saved = time.monotonic()

    def _learn(self) -> float:
        """One step; returns its loss."""
        settings = self.settings
        batch = self._masked(self.pieces.at(self.step, settings.batch_size), 1, self.step)
        total = nn.functional.cross_entropy(self._scores(batch), torch.from_numpy(batch.true), reduction="sum")
        loss = total / max(1, len(batch.true))
        value = float(loss.detach())
        if not math.isfinite(value):
            raise errors.TrainingError(f"the loss became {value} in step {self.step + 1}: take a smaller rate")
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        clip_gradient(self.model, _CLIP)
        for group in self.optimiser.param_groups:
            group["lr"] = settings.rate * rate_factor(self.step, settings.steps)
        self.optimiser.step()
        return value

    def _scores(self, batch: Masked) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16, enabled=self.settings.bfloat16):
            scores: Tensor = self.model(batch)
        return scores

    def _masked(self, numbers: Any, *chance: int) -> Masked:
        """Pieces, masked as the seed and these numbers say."""
        codes, begins = self.pieces.read(numbers)
        rows = self.model.encoder.rows
        rng = np.random.default_rng((self.settings.seed, *chance))
        unmasked = (UNKNOWN_ROW, rows[BREAK], rows.get(" ", UNKNOWN_ROW))
        return mask_words(self.table[codes], begins, unmasked, self.model.encoder.table.num_embeddings, rng)

    def _record(self) -> None:
        loss, right, total = 0.0, 0, 0
        self.model.eval()
        with torch.inference_mode():
            for batch in self.held:
                scores, true = self._scores(batch), torch.from_numpy(batch.true)
                loss += float(nn.functional.cross_entropy(scores, true, reduction="sum"))
                right += int((scores.argmax(1) == true).sum())
                total += len(true)
        self.model.train()
        size = self.settings.batch_size * self.settings.length
        mean, count = sum(self.losses) / len(self.losses), len(self.losses) * size
        self.log.append(Record(self.step, mean, loss / total, right / total, self.seconds, count))
        self.losses, self.seconds = [], 0.0

    # ---- files ----

    def _save(self) -> None:
        log = [asdict(record) for record in self.log]
        state = {
            "identity": self.identity,
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "losses": self.losses,
            "seconds": self.seconds,
            "log": log,
        }
        write_checkpoint(self.folder / CHECKPOINT, state)
        metrics = {
            "settings": asdict(self.settings),
            "characters": len(self.model.encoder.rows),
            "parameters": sum(weight.numel() for weight in self.model.encoder.parameters()),
            "pieces": len(self.pieces.train),
            "torch": torch.__version__,
            "threads": torch.get_num_threads(),
            "records": log,
        }
        write_file(self.folder / METRICS, (json.dumps(metrics, indent=2) + "\n").encode())
        draw_losses(self.log, self.folder / CURVE)

    def _load(self) -> None:
        """Take up the run in the folder, if one is there."""
        path = self.folder / CHECKPOINT
        if not path.exists():
            return
        state = read_checkpoint(path, self.identity, torch.device("cpu"))
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.losses, self.seconds = state["step"], state["losses"], state["seconds"]
        self.log = [Record(**record) for record in state["log"]]


def rate_factor(step: int, steps: int) -> float:
    """The factor of the step size at a step, counted from 0: it rises in the first 2 %, then falls.

    >>> [round(rate_factor(step, 100), 2) for step in (0, 1, 50, 99)]
    [0.5, 1.0, 0.51, 0.01]
    """
    return linear_factor(step, steps, max(1, round(_WARM * steps)))


def _groups(model: nn.Module) -> list[dict[str, Any]]:
    """Matrices decay, vectors and the table do not."""
    decaying = [weight for name, weight in model.named_parameters() if weight.dim() > 1 and "table" not in name]
    others = [weight for name, weight in model.named_parameters() if weight.dim() == 1 or "table" in name]
    return [{"params": decaying, "weight_decay": _DECAY}, {"params": others, "weight_decay": 0.0}]
