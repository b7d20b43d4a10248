"""The shell command ``cnlp``: one file per command, imported when it is called.

Exit codes: 0 all went well, 1 an input failed, 2 the command line is wrong, 130 interrupted, 143 terminated,
141 the reader of the output went away (as the shell reports it for any tool). Every error is one line on
standard error that starts with ``cnlp: error:``.
"""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

import click

from cnlp.commands._errors import (
    BROKEN_PIPE,
    FAILED,
    INTERRUPTED,
    TERMINATED,
    exit_code,
    report,
)
from cnlp.files.language import is_chinese
from cnlp.files.messages import flush_output

COMMANDS = {
    "augment": "Make more sentences from a corpus with named entities.",
    "convert": "Convert a corpus with named entities from one format to another.",
    "data": "List the public corpora that models and benchmarks are made from, and fetch them.",
    "discover": "Find new words in raw text.",
    "evaluate": "Score a model, or a file of predictions, against a gold standard.",
    "idf": "Count in how many documents each word occurs.",
    "info": "Show what is installed, or the card of a model file.",
    "keywords": "Find the keywords of documents.",
    "lexicon": "Check word lists, and convert them to the format of this program.",
    "match": "Find the strings of a list, or replace them.",
    "ner": "Find named entities.",
    "segment": "Segment text into words.",
    "tag": "Tag words with their parts of speech.",
    "serve": "Serve words, parts of speech, entities and keywords as JSON, and a page to try them.",
    "train": "Learn a custom model from files that are segmented, tagged or annotated.",
}


class Context(click.Context):
    """The context of every command: displays its help in the user's language, and spares the files that it reads."""

    def invoke(self, *arguments: Any, **values: Any) -> Any:
        """Run the command, unless it would overwrite a file that it reads."""
        from cnlp.commands._overwriting import refuse_overwriting_parameters  # no help needs it

        refuse_overwriting_parameters(self)
        return super().invoke(*arguments, **values)

    def make_formatter(self) -> click.HelpFormatter:
        """Click's formatter for English, :class:`cnlp.commands._help.ChineseHelp` for Chinese."""
        if not is_chinese():
            return super().make_formatter()
        from cnlp.commands._help import ChineseHelp  # not needed in English

        return ChineseHelp(self.terminal_width, self.max_content_width)


class LazyGroup(click.Group):
    """Imports ``cnlp.commands.NAME`` only when NAME is called, so that ``cnlp --help`` is quick."""

    context_class = Context

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The object ``command`` of the module of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"cnlp.commands.{cmd_name}")
        command: click.Command = module.command
        for each in (command, *getattr(command, "commands", {}).values()):
            each.context_class = Context
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a reader of its output that went away ends it silently."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            ctx.exit(BROKEN_PIPE)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands from :data:`COMMANDS`, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


def _show_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    """Print the version and leave."""
    if value and not ctx.resilient_parsing:
        import cnlp

        click.echo(f"cnlp {cnlp.__version__}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    commands={name: click.Command(name) for name in COMMANDS},  # names alone; get_command imports
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
@click.pass_context
def group(ctx: click.Context) -> None:
    """Chinese word segmentation and text analysis: fast, accurate, lossless."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line ``arguments`` (default: the process's own) and return its exit code."""
    try:
        result = group.main(arguments, prog_name="cnlp", standalone_mode=False)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except Exception as error:
        report(error)
        return exit_code(error)
    return result if isinstance(result, int) else 0


def _terminate(_: int, __: FrameType | None) -> None:
    """Leave through the ``finally`` blocks, so that temporary files are removed."""
    raise SystemExit(TERMINATED)


def main() -> None:
    """Entry point of the process."""
    signal.signal(signal.SIGTERM, _terminate)
    code = run()
    failure = flush_output()
    if failure is not None and code == 0:
        if isinstance(failure, BrokenPipeError):
            sys.exit(BROKEN_PIPE)
        report(failure)
        code = FAILED
    sys.exit(code)
