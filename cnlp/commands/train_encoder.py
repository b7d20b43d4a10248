"""``cnlp train encoder``: a small Transformer over characters, pre-trained on raw text."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

import cnlp
from cnlp import errors
from cnlp.commands._encodings import encoding_option
from cnlp.commands._numbers import FiniteRange
from cnlp.commands._raw import cited_raw, find_raw, held_out_options, known_by, raw_lines, raw_texts
from cnlp.commands._training import on_terminal, output_options, say, seed_option
from cnlp.files.inputs import Input
from cnlp.files.outputs import refuse_output
from cnlp.files.work_folder import WorkFolder

_above_zero = click.IntRange(1)


@click.command("encoder")
@click.argument("raw", nargs=-1, required=True, metavar="RAW...")
@output_options
@held_out_options
@click.option("--layers", type=_above_zero, default=4, show_default=True, help="How many.")
@click.option("--size", type=_above_zero, default=256, show_default=True, help="Of a vector, a multiple of 8.")
@click.option("--batch-size", type=_above_zero, default=32, show_default=True, help="Pieces of 128 characters a step.")
@click.option("--steps", type=_above_zero, default=30_000, show_default=True, help="How many.")
@click.option("--rate", type=FiniteRange(0, min_open=True), default=1e-3, show_default=True, help="Step size.")
@click.option("--bfloat16", is_flag=True, help="Multiply in 16 bits: faster on processors that can.")
@click.option("--threads", type=_above_zero, default=1, show_default=True, help="Of the processor.")
@seed_option
@click.option(
    "--folder",
    metavar="PATH",
    help="For text as numbers, checkpoint, metrics and learning curve: the same command resumes there.  "
    "[default: the model file's name with .training]",
)
@encoding_option
def train_encoder(
    raw: tuple[str, ...],
    output: str,
    force: bool,
    held_out: tuple[str, ...],
    shared: int,
    threads: int,
    folder: str | None,
    encoding: str,
    **values: Any,
) -> None:
    """Learn what characters mean in context, from raw text: words of the segmenter are masked and guessed.

    RAW are files, folders and patterns of plain text. The file is for 'cnlp train ner --set encoder=FILE'. A
    checkpoint is written every five minutes.
    """
    try:
        from cnlp.ner.neural.pretraining import SUFFIXES, Pretraining, Record, pretrain
        from cnlp.ner.neural.run_folder import CHECKPOINT
    except ModuleNotFoundError as error:
        raise errors.missing_dependency(str(error.name), "neural", "an encoder") from None
    inputs, tested = find_raw(raw), find_raw(held_out)
    refuse_output(output, force, [source.path for source in (*inputs, *tested)])
    settings = Pretraining(**values)
    files = {"inputs": known_by(inputs), "without": known_by(tested), "shared": shared, "encoding": encoding}
    work = WorkFolder(folder or os.path.splitext(output)[0] + ".training", files, SUFFIXES)
    place = Path(work.path)
    shards = _write_shards(inputs, tested, shared, encoding, place)
    if tested and not any(shard.stat().st_size for shard in shards):
        work.remove()
        raise errors.ArgumentError("nothing is left to learn from: all lines share text with --without")

    def report(record: Record) -> None:
        say(
            f"step {record.step}: loss {record.loss:.4f}, held out {record.held_out:.4f}, guessed "
            f"{record.accuracy:.4f}, {record.characters / record.seconds:.0f} characters/s"
        )

    try:
        encoder, log = pretrain(settings, shards, place, threads=threads, progress=on_terminal(), on_record=report)
    except errors.ArgumentError:
        if not (place / CHECKPOINT).exists():  # nothing was learnt yet: the text may be put right
            work.remove()
        raise
    except KeyboardInterrupt:
        say(f"interrupted: the same command resumes with what is in {work.path}")
        raise
    card = {
        "description": "Characters in context, from masked words of raw text",
        "source": "cnlp train encoder",
        "cnlp": cnlp.__version__,
        "parameters": ", ".join(f"{name} {value}" for name, value in asdict(settings).items()),
        **cited_raw(inputs, tested, shared),
        "training_size": f"{sum(shard.stat().st_size for shard in shards) // 4:,} characters",
        "scores": f"held-out text: loss {log[-1].held_out:.4f}, guessed {log[-1].accuracy:.4f}",
    }
    encoder.save(output, card)
    say(f"{output}: {os.path.getsize(output):,} bytes; folder with the learning curve: {work.path}")


def _write_shards(
    inputs: Sequence[Input], tested: Sequence[Input], shared: int, encoding: str, folder: Path
) -> list[Path]:
    """The text of each file as numbers, unless the folder has it already."""
    from cnlp.ner.neural.masking import SHARD, write_shard
    from cnlp.segmentation import Segmenter
    from cnlp.vectors.items import sharing

    is_shared, segmenter = sharing(raw_texts(tested, encoding), shared), Segmenter()
    shards = [folder / f"{number}{SHARD}" for number in range(1, len(inputs) + 1)]
    for source, shard in zip(inputs, shards, strict=True):
        if not shard.exists():
            lines = raw_lines([source], encoding, shown=True)
            write_shard((line for line in lines if not is_shared(line)), segmenter, shard)
    return shards
