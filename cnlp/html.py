"""A web page that shows texts with their entities marked by colour.

The page is one file without scripts, fonts or anything else from elsewhere, so it opens offline, on a phone too, in
light and dark. A legend lists the labels, their colours and counts. Text is escaped; control characters, which HTML
cannot hold, are shown by their pictures (U+2400). It can be written line by line: the legend, known only at the end, is
the last element and is displayed first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from cnlp.types import Entity

_HEAD = """<!doctype html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Entities</title>
<style>
:root { color-scheme: light dark; --ink: #1b1b1b; --page: #fdfdfc; --line: #d9d9d4; --tint: 86%; --edge: 42%; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9e9e4; --page: #171716; --line: #3c3c39; --tint: 17%; --edge: 58%; }
}
* { box-sizing: border-box; }
body { display: flex; flex-direction: column; max-width: 46rem; margin: 0 auto; padding: 0 1rem 3rem;
  color: var(--ink); background: var(--page);
  font: 1.0625rem/2 system-ui, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
footer { order: -1; position: sticky; top: 0; max-height: 30vh; overflow-y: auto; padding: .6rem 0;
  background: var(--page); border-bottom: 1px solid var(--line); line-height: 1.9; }
p { margin: 0; min-height: 2em; white-space: pre-wrap; overflow-wrap: anywhere; }
mark { padding: .12em .2em; border-radius: .2em; color: inherit;
  background: hsl(var(--hue) 60% var(--tint)); border-bottom: 2px solid hsl(var(--hue) 65% var(--edge));
  -webkit-box-decoration-break: clone; box-decoration-break: clone; }
mark small { margin-left: .3em; font-size: .65em; letter-spacing: .03em; opacity: .8; user-select: none; }
footer mark { margin-right: .6em; white-space: nowrap; }
@media print { footer { position: static; } mark { print-color-adjust: exact; } }
</style>
</head>
<body>
<main>
"""
_GOLDEN_ANGLE = 137.508  # degrees: colours given out one after another stay far apart
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"} | {0x7F: "\u2421"}


class Page:
    """Makes the page piece by piece: :meth:`head`, then :meth:`line` for every line, then :meth:`tail`.

    >>> page = Page()
    >>> page.line("<北京>", [Entity("北京", 1, 3, "LOC")])
    '<p>&lt;<mark style="--hue:210">北京<small>LOC</small></mark>&gt;</p>\\n'
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._hues: dict[str, int] = {}

    def head(self) -> str:
        """The HTML before the first line."""
        return _HEAD

    def line(self, text: str, entities: Sequence[Entity]) -> str:
        """One line of text, without its ending, and its entities, sorted and without overlaps."""
        pieces = []
        reached = 0
        for entity in entities:
            self.counts[entity.label] += 1
            pieces.append(escaped(text[reached : entity.start]))
            pieces.append(self.mark(entity))
            reached = entity.end
        pieces.append(escaped(text[reached:]))
        return f"<p>{''.join(pieces)}</p>\n"

    def tail(self) -> str:
        """The HTML after the last line: the legend."""
        entries = "".join(
            f'<mark style="--hue:{self._hue(label)}">{escaped(label)}<small>{count:,}</small></mark>\n'
            for label, count in self.counts.most_common()
        )
        return f"</main>\n<footer>\n{entries or 'no entities'}\n</footer>\n</body>\n</html>\n"

    def mark(self, entity: Entity) -> str:
        """An entity with its label; its name and score when it is pointed at."""
        notes = [entity.name] if entity.name else []
        notes += [f"{entity.score:.3f}"] if entity.score < 1 else []
        title = f' title="{escaped(" · ".join(notes))}"' if notes else ""
        label = f"<small>{escaped(entity.label)}</small>"
        return f'<mark style="--hue:{self._hue(entity.label)}"{title}>{escaped(entity.text)}{label}</mark>'

    def _hue(self, label: str) -> int:
        """A colour for each label, in degrees, in the order in which they appear."""
        return self._hues.setdefault(label, round(210 + _GOLDEN_ANGLE * len(self._hues)) % 360)


def render(lines: Iterable[tuple[str, Sequence[Entity]]]) -> str:
    """The whole page for lines of text and their entities.

    >>> page = render([("他在北京", [Entity("北京", 2, 4, "LOC")])])
    >>> page.startswith("<!doctype html>"), "LOC<small>1</small>" in page
    (True, True)
    """
    page = Page()
    body = "".join(page.line(text, entities) for text, entities in lines)
    return page.head() + body + page.tail()


def escaped(text: str) -> str:
    """Text as HTML shows it; lone surrogates, which no encoding has, become U+FFFD."""
    shown = escape(text.translate(_PICTURES))
    return shown if shown.isascii() else shown.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
