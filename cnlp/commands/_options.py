"""Options that several commands have, each declared once, and what they are turned into."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, NamedTuple

import click
from click.core import ParameterSource

import cnlp
from cnlp.batch.files import Plan, convert_files, plan_files
from cnlp.batch.streams import Reading, Writing
from cnlp.commands._encodings import encoding_option, output_encoding_option
from cnlp.commands._errors import FAILED
from cnlp.commands._lexicons import Decorator, LexiconFiles, lexicon_options
from cnlp.commands._overwriting import refuse_overwriting_parameters
from cnlp.files.decoding import POLICIES
from cnlp.files.documents import PER
from cnlp.files.journal import fingerprint
from cnlp.files.records import Analysis, FieldLines, Format, Records
from cnlp.lexicon import Lexicon
from cnlp.model.registry import SHIPPED
from cnlp.names import Algorithm, Mode, Unknown
from cnlp.segmentation import ALGORITHMS, DEFAULT_ALGORITHM, Segmenter
from cnlp.segmentation.algorithms import TAGGERS

_ESCAPE = re.compile(r"\\(?:([tnr0\\])|u([0-9a-fA-F]{4}))")
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "0": "\0", "\\": "\\"}


def add_options(options: Sequence[Decorator]) -> Decorator:
    """All ``options``, in their order."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def gather(kind: Callable[..., Any], argument: str, names: Iterable[str], options: Sequence[Decorator]) -> Decorator:
    """``options``, whose values ``names`` the command gets together as ``kind``."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def run(**values: Any) -> Any:
            gathered = kind(**{name: values.pop(name) for name in names})
            return command(**values, **{argument: gathered})

        return add_options(options)(run)

    return decorate


def typed(*names: str) -> str | None:
    """The first of these options that the command line names, as it is typed; none: no such option."""
    context = click.get_current_context()
    for parameter in context.command.params:
        if parameter.name in names and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE:
            return parameter.opts[-1]
    return None


# ---- inputs and outputs ----

files_argument = click.argument("files", nargs=-1, metavar="[FILES]...")


def workers_option(use: str) -> Decorator:
    """``--workers``; ``use`` says what they do."""
    return click.option(
        "--workers", type=click.IntRange(1), default=1, show_default=True, metavar="N", help=f"Number of {use}."
    )


def format_option(names: Iterable[str], description: str) -> Decorator:
    """``--format`` of the output, the parameter ``format_``; the first is the default."""
    choices = tuple(names)
    return click.option(
        "-f",
        "--format",
        "format_",
        type=click.Choice(choices),
        default=choices[0],
        show_default=True,
        help=description,
    )


def per_option(default: str) -> Decorator:
    """``--per``: what is one document."""
    return click.option(
        "--per", type=click.Choice(PER), default=default, show_default=True, help="What is one document."
    )


class BatchOptions(NamedTuple):
    """The options for inputs, outputs and the run."""

    files: tuple[str, ...]
    output: str | None
    encoding: str
    output_encoding: str
    errors: str
    field: str | None
    workers: int
    resume: bool
    quiet: bool
    log: str | None

    def plan(self, suffix: str, also: str | None = None, *, together: bool = False) -> Plan:
        """Find the inputs and choose their outputs.

        Args:
            suffix: what the format adds to a file's name in a folder.
            also: another file that is written.
            together: all inputs make one output.

        Raises:
            ArgumentError: the outputs would overwrite an input, or each other, or options contradict each other.
        """
        others = [path for path in (self.log, also) if path is not None]
        plan = plan_files(self.files, self.output, suffix, resume=self.resume, also=others, together=together)
        refuse_overwriting_parameters(click.get_current_context(), plan.targets)
        return plan

    def form(self, name: str, of_lines: Format, analysis: Analysis) -> Format:
        """The format ``name``: ``of_lines``, or that of the fields of records."""
        if self.field is None:
            return of_lines
        if name not in ("text", "jsonl"):
            return FieldLines(self.field, of_lines)
        return Records(self.field, analysis, as_objects=name == "jsonl")

    def run(self, plan: Plan, form: Format, writing: Writing, *, processes: bool = True, whole: bool = False) -> None:
        """Convert all inputs with ``form``; the process ends with an error code if one fails."""
        context = click.get_current_context()
        failed = convert_files(
            plan,
            form,
            Reading(self.encoding, self.errors, self.field, whole and self.field is None),
            writing._replace(encoding=self.output_encoding),
            version=cnlp.__version__,
            settings=_fingerprint(context) if self.resume else "",
            log=self.log,
            quiet=self.quiet,
            workers=self.workers,
            processes=processes,
        )
        if failed:
            context.exit(FAILED)


def _fingerprint(context: click.Context) -> str:
    """What decides the outputs of this command line besides the inputs."""
    free = {"files", "output", "workers", "resume", "quiet", "log"}
    options = {name: value for name, value in context.params.items() if name not in free}
    return fingerprint(str(context.info_name), cnlp.__version__, options)


def batch_options(suffixes: Mapping[str, str]) -> Decorator:
    """FILES and the options of a :class:`BatchOptions`, which the command gets as its argument ``batch``.

    Args:
        suffixes: what each format adds to a file's name in an output folder.
    """
    added = " or ".join(suffix for suffix in suffixes.values() if suffix)
    options: list[Decorator] = [
        files_argument,
        click.option(
            "-o",
            "--output",
            metavar="PATH",
            help="File or folder to write; standard output if missing. PATH is a folder if it is one, ends with a "
            "slash, or FILES are several (a folder or pattern counts as several): each result then has its input's "
            f"name there, followed by {added} in those formats. A file is compressed if its name ends with "
            ".gz, .bz2, .xz or .zst.",
        ),
        encoding_option,
        output_encoding_option,
        click.option(
            "--errors",
            type=click.Choice(POLICIES),
            default="strict",
            show_default=True,
            help="Handling of bytes that are not in --encoding: strict: the file fails; replace: U+FFFD; skip: the "
            "line is left out. Each place is reported.",
        ),
        click.option(
            "--field",
            metavar="NAME",
            help="Inputs are records (JSON Lines, or CSV or TSV with a heading, by their names); the text of this "
            "field is processed. Format text replaces it by the result, or adds keywords after the other fields; jsonl "
            "adds the result; the rest of the record does not change. Other formats have the results alone, "
            "and the line of the record.",
        ),
        workers_option(
            "threads or processes, as suits the work. Each holds a few chunks of about 250 kB; the output is the same"
        ),
        click.option(
            "--resume",
            is_flag=True,
            help="Keep a journal in the output folder and skip what it lists as done: the same command resumes where "
            "it was interrupted. Inputs that have changed since are processed again.",
        ),
        click.option("-q", "--quiet", is_flag=True, help="Only print errors."),
        click.option("--log", metavar="FILE", help="Append a line of JSON for each file and each undecodable byte."),
    ]
    return gather(BatchOptions, "batch", BatchOptions._fields, options)


# ---- segmentation ----


def model_option(made_by: str, *kinds: str, option: str = "--model") -> Decorator:
    """``--model``, or another ``option``: a shipped model of these kinds, or a file that a command wrote."""
    names = [name for name, kind in SHIPPED.items() if kind in kinds]
    description = f"Model: {', '.join(names)}, or a file of '{made_by}'.  [default: {names[0]}]"
    return click.option(option, metavar="NAME", help=description)


tagger_option = model_option("cnlp train tag", "part-of-speech")
recognizer_option = model_option("cnlp train ner", "entities", "neural-entities")
keyphrases_option = model_option("python -m recipes.keyphrases", "keyphrases")


entity_standard_option = click.option(
    "-s",
    "--standard",
    metavar="NAME",
    help="Conventions of entities: general (the default), msra, or one that --model has.",
)


gazetteer_option = click.option(
    "-g",
    "--gazetteer",
    "gazetteers",
    multiple=True,
    metavar="FILE",
    help="Custom names, text<TAB>label[<TAB>mode[<TAB>canonical name]], mode prefer, force or block; may be "
    "repeated, the last one counts. A gazetteer that was saved as .safetensors loads instantly.",
)


def _parse_delimiter(_: click.Context, __: click.Parameter, value: str) -> str:
    r"""``value`` with \t \n \r \0 \\ and \uXXXX replaced."""
    delimiter = _ESCAPE.sub(lambda match: _ESCAPED.get(match[1]) or chr(int(match[2], 16)), value)
    if not delimiter or any("\ud800" <= char <= "\udfff" for char in delimiter):
        raise click.BadParameter("must be at least one character of Unicode text")
    return delimiter


delimiter_option = click.option(
    "-d",
    "--delimiter",
    default=" ",
    metavar="TEXT",
    callback=_parse_delimiter,
    help=r"Put between words in format text. \t, \n, \r, \0, \\ and \uXXXX are understood.  [default: one space]",
)


class SegmentationOptions(NamedTuple):
    """The options that choose a segmenter.

    Attributes:
        algorithm, unknown, standard: see :class:`cnlp.Segmenter`.
        lexicons: files of words, laid over the model's own; the last one is uppermost.
        model: of words, a name or a path.
    """

    algorithm: Algorithm | None = None
    unknown: Unknown | None = None
    standard: str | None = None
    lexicons: LexiconFiles = LexiconFiles()
    model: str | None = None

    @property
    def is_default(self) -> bool:
        """Whether no option was given."""
        return self == SegmentationOptions()

    def segmenter(self, mode: Mode = "default") -> Segmenter:
        """The segmenter.

        Raises:
            OSError: a file cannot be read.
            CnlpError: a file is damaged, or the choices do not go together.
        """
        lexicon = None
        for words in self.lexicons.read():
            lexicon = Lexicon(words.entries, base=lexicon)
        return Segmenter(
            lexicon,
            algorithm=self.algorithm,
            unknown=self.unknown,
            mode=mode,
            standard=self.standard,
            model=self.model,
        )


_SEGMENTATION: dict[str, Decorator] = {
    "algorithm": click.option(
        "-a",
        "--algorithm",
        type=click.Choice(ALGORITHMS),
        help=f"Segmentation algorithm.  [default: {DEFAULT_ALGORITHM}, or the one that the model was made for]",
    ),
    "unknown": click.option(
        "-u",
        "--unknown",
        type=click.Choice(TAGGERS),
        help="A tagger that proposes words missing from the lexicon, for --algorithm bigram.",
    ),
    "standard": click.option(
        "-s",
        "--standard",
        metavar="NAME",
        help="Segmentation standard: general (the default), pku, msr, sxu, ud, cnc, medical, zhuxian, wtb, or one "
        "that the model has.",
    ),
    "lexicons": lexicon_options("Custom words, see 'cnlp lexicon check'; may be repeated."),
    "model": model_option("cnlp train segment", "segmenter", "lexicon"),
    "segmenter": model_option("cnlp train segment", "segmenter", "lexicon", option="--segmenter"),
}


def segmentation_options(*names: str) -> Decorator:
    """The options ``names`` of :class:`SegmentationOptions`; the command gets them as its argument ``segmentation``.

    The model is that of ``--model``, or of ``--segmenter`` where the command has a model of its own.
    """

    def make(segmenter: str | None = None, **values: Any) -> SegmentationOptions:
        return SegmentationOptions(**{"model": segmenter, **values})

    return gather(make, "segmentation", names, [_SEGMENTATION[name] for name in names])
