"""Pre-train the shipped character encoder: ``python -m recipes.encoder``.

``cnlp train encoder`` over the raw texts (``CNLP_DATA``, folder raw), without the lines that share a stretch with the
dev and test parts of the entity corpora. 10,000 steps read 20 million characters; one core that multiplies in 16 bits
takes about an hour. A run that was interrupted resumes, in the folder beside the file. Needs torch.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from cnlp.commands.train_encoder import train_encoder
from cnlp.corpus.registry import data_folder
from cnlp.files.lines import replacing
from cnlp.model.format import ModelFile
from cnlp.ner.neural.character_encoder import CharacterEncoder
from recipes.ner import AISHELL, DEV, MSRA_TEST, WEIBO, present_day
from recipes.neural_ner import RESUME

HELD_OUT = (MSRA_TEST, *map(WEIBO.format, ("test", "dev")), *map(RESUME.format, ("test", "dev")), AISHELL)
SETTINGS = ("--batch-size", "16", "--steps", "10000", "--bfloat16")
CARD = {
    "name": "small",
    "description": "Characters in context: a Transformer of four layers, pre-trained on masked words of raw text",
    "licence": "MIT; learnt from texts of their authors, some free for research only, see dictionaries/SOURCES.md",
    "source": "python -m recipes.encoder",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    options = _parser().parse_args(arguments)
    present = options.output.with_suffix(".held_out.txt")  # its corpus is in a form of its own
    text = "".join(f"{sentence.text}\n" for sentence in present_day(DEV))
    if not present.exists() or present.read_text("utf-8") != text:  # a file that changes begins another run
        with replacing(str(present)) as file:
            file.write(text.encode())
    folder = data_folder()
    without = [str(present), *(str(folder / name) for name in HELD_OUT)]
    words = [str(folder / "raw"), *SETTINGS, "--output", str(options.output), "--threads", str(options.threads)]
    train_encoder.main([*words, *(word for name in without for word in ("--without", name))], standalone_mode=False)
    sign(options.output)
    return 0


def sign(path: Path) -> None:
    """Give the file the card of the shipped model."""
    card = {**ModelFile(path).card, **CARD}
    CharacterEncoder.load(path).save(path, card)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m recipes.encoder", description="Pre-train the shipped encoder.")
    parser.add_argument("--output", type=Path, default=Path("small.safetensors"), help="the model file")
    parser.add_argument("--threads", type=int, default=1, help="of the processor")
    return parser


if __name__ == "__main__":
    sys.exit(main())
