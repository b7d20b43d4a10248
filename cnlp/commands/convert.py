"""``cnlp convert``: a corpus with named entities from one format to another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack

import click

from cnlp import errors
from cnlp.commands._corpora import entity_format_option, label_option, print_repairs, rename_labels, repair_option
from cnlp.commands._encodings import encoding_option, output_encoding_option
from cnlp.corpus.brat import BratWriter, pair_of_files
from cnlp.corpus.entities import Repairs, Sentence
from cnlp.corpus.entity_formats import WRITERS, detect_entities, number_entities
from cnlp.files.inputs import Input
from cnlp.files.outputs import STANDARD_OUTPUT, Output, file_output, refuse_overwriting, standard_output
from cnlp.names import Repair

BATCH = 1000  # sentences written at once


@click.command("convert")
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@entity_format_option("--from")
@click.option("--to", type=click.Choice((*WRITERS, "brat")), required=True, help="Format of OUT.")
@repair_option
@label_option
@encoding_option
@output_encoding_option
def command(
    source: str,
    target: str,
    form: str | None,
    to: str,
    repair: Repair | None,
    renames: dict[str, str],
    encoding: str,
    output_encoding: str,
) -> None:
    """Convert a corpus with named entities from one format to another.

    IN and OUT are files, or - for standard input (with --from) and output. bio, bmes and iobes are a token and its tag
    per line, a Chinese character or an English word; weibo is bio with positions in words; conll has four columns;
    cluener and jsonl are JSON lines; pfr is the tagged People's Daily; brat is NAME.txt with NAME.ann, of which either
    is named.
    """
    repairs = Repairs()
    kind = form or detect_entities(source, encoding=encoding)
    numbered = number_entities(source, kind, repair=repair, encoding=encoding, repairs=repairs)
    sentences = ((number, rename_labels(sentence, renames)) for number, sentence in numbered)
    write_corpus(source, sentences, target, to, output_encoding)
    print_repairs(source, repair, repairs)


def write_corpus(source: str, sentences: Iterable[tuple[int, Sentence]], target: str, to: str, encoding: str) -> None:
    """Write sentences, numbered by their lines in the source, to a file or standard output.

    Raises:
        ArgumentError: the target is a file of the source.
        EncodingError: a character is not in the encoding.
        FormatError: a sentence cannot be written in this format; where it came from is named.
        OSError: the file cannot be written.
    """
    with ExitStack() as stack:
        if target == STANDARD_OUTPUT and to != "brat":
            outputs = [standard_output(encoding)]
        else:
            paths = pair_of_files(target) if to == "brat" else (target,)
            refuse_overwriting([Input(path, path) for path in _files_of(source)], paths)
            outputs = [stack.enter_context(file_output(path, encoding=encoding)) for path in paths]
        _write(source, sentences, to, outputs)


def _files_of(source: str) -> tuple[str, ...]:
    """The file, and where it has the name of one of brat's pair the other one too."""
    return pair_of_files(source) if source.lower().endswith((".txt", ".ann")) else (source,)


def _write(source: str, sentences: Iterable[tuple[int, Sentence]], to: str, outputs: Sequence[Output]) -> None:
    """Write all sentences, each part to its output."""
    brat = BratWriter()
    batch: list[list[bytes]] = []
    for number, sentence in sentences:
        try:
            parts = brat.format(sentence) if to == "brat" else (WRITERS[to](sentence),)
            batch.append([part.encode("utf-8") for part in parts])
        except errors.ArgumentError as error:
            raise errors.bad_line(source, number, f"cannot be written as {to}: {error}") from None
        except UnicodeEncodeError:
            raise errors.bad_line(source, number, "a lone surrogate cannot be written in UTF-8") from None
        if len(batch) == BATCH:
            _flush(batch, outputs)
    _flush(batch, outputs)


def _flush(batch: list[list[bytes]], outputs: Sequence[Output]) -> None:
    for place, output in enumerate(outputs):
        output.write(b"".join([parts[place] for parts in batch]))
    batch.clear()
