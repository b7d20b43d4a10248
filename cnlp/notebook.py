"""Results as notebooks show them: words with their tags, entities and keywords in their text, the lattice of words.

An entity does not contain its text, and a list stays a plain list, so :func:`show` takes both. What it returns is one
piece of HTML without scripts or anything from elsewhere, in the notebook's own colours of text and background.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from cnlp import errors
from cnlp.html import Page, escaped
from cnlp.types import Entity, Keyword, Token

LONGEST = 100  # characters of a lattice
_HUES = {"n": 210, "v": 0, "a": 130, "m": 45, "t": 45}  # by the first letter of a tag
_STEP = 46  # pixels between two characters of a lattice
_STYLE = """<style>
.cnlp { line-height: 2; overflow-x: auto; }
.cnlp p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.cnlp mark { color: inherit; padding: .12em .2em; border-radius: .2em;
  background: hsl(var(--hue) 65% 50% / var(--tint, .2)); border-bottom: 2px solid hsl(var(--hue) 65% 50%); }
.cnlp mark.word { margin: 0 .06em; border: 0; }
.cnlp mark.other { background: #8882; }
.cnlp small { margin-left: .2em; font-size: .65em; opacity: .8; }
.cnlp svg text { fill: currentColor; text-anchor: middle; font-size: 14px; }
.cnlp svg path { fill: none; stroke: #8886; stroke-width: 1.5; }
.cnlp svg path.chosen { stroke: #2563c9; stroke-width: 3; }
.cnlp svg text.cost { font-size: 10px; opacity: .7; }
</style>
"""


class View:
    """What :func:`show` returns: a notebook shows its HTML.

    Attributes:
        html: of one ``<div>``, and its style.
    """

    def __init__(self, body: str) -> None:
        self.html = f'{_STYLE}<div class="cnlp">{body}</div>'

    def __repr__(self) -> str:
        return f"<View: {len(self.html):,} characters of HTML>"

    def _repr_html_(self) -> str:
        return self.html


def show(text: str, found: Iterable[Token | Entity | Keyword] | Token | Entity | Keyword) -> View:
    """Show in a notebook what was found in a text: words with their tags, entities by colour, or keywords.

    Args:
        text: the text.
        found: what ``cnlp.tokenize``, ``tag``, ``entities`` or ``keywords`` returned for it, or one of these. Of
            those that overlap the first and longest are marked; keywords are the darker the higher their score.

    Raises:
        TextTypeError: ``text`` is not a str, or ``found`` is not such a list.
        ArgumentError: something in ``found`` is not in this text.

    >>> view = show("王小明在北京", [Entity("王小明", 0, 3, "PER"), Entity("北京", 4, 6, "LOC")])
    >>> "王小明<small>PER</small></mark>在<mark" in view.html
    True
    """
    if not isinstance(text, str):
        raise errors.not_text(text)
    items = list(found) if isinstance(found, Iterable) else [found]
    kinds = {type(item) for item in items}
    if not any(kinds <= {kind} for kind in (Token, Entity, Keyword)):
        names = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise errors.TextTypeError(
            f"found must be a list of Token, Entity or Keyword as cnlp returns it, not of {names}"
        )
    page = Page()
    marks: list[_Mark] = []
    for item in items:
        if isinstance(item, Keyword):
            marks += (_Mark(*span, _keyword(text[slice(*span)], item, items[0])) for span in item.spans)
        else:
            marks.append(_Mark(item.start, item.end, page.mark(item) if isinstance(item, Entity) else _word(item)))
            if text[item.start : item.end] != item.text:
                raise errors.ArgumentError(f"{item.text!r} at {item.start} to {item.end} is not in this text")
    return View(f"<p>{_marked(text, marks)}</p>")


class _Mark(NamedTuple):
    start: int
    end: int
    html: str


def _marked(text: str, marks: Iterable[_Mark]) -> str:
    pieces, reached = [], 0
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if mark.start >= reached:
            pieces += [escaped(text[reached : mark.start]), mark.html]
            reached = mark.end
    return "".join([*pieces, escaped(text[reached:])])


def _word(token: Token) -> str:
    if token.text.isspace():
        return escaped(token.text)
    hue = _HUES.get((token.tag or "")[:1])
    look = ' class="word other"' if hue is None else f' class="word" style="--hue:{hue}"'
    tag = f"<small>{escaped(token.tag)}</small>" if token.tag else ""
    return f"<mark{look}>{escaped(token.text)}{tag}</mark>"


def _keyword(text: str, keyword: Keyword, best: Token | Entity | Keyword) -> str:
    greatest = best.score if isinstance(best, Keyword) and best.score > 0 else 1
    tint = 0.06 + 0.34 * max(0, keyword.score) / greatest
    title = f"{keyword.score:.3f} · {keyword.count:,}"
    return f'<mark style="--hue:210;--tint:{tint:.2f}" title="{title}">{escaped(text)}</mark>'


class Arc(Protocol):
    """A candidate word of a lattice, as :class:`cnlp.segmentation.explain.CandidateWord`."""

    @property
    def text(self) -> str:
        """The word."""

    @property
    def start(self) -> int:
        """Where it begins."""

    @property
    def end(self) -> int:
        """Where it ends, exclusive."""

    @property
    def source(self) -> str:
        """What proposed it."""

    @property
    def cost(self) -> float:
        """By itself."""

    @property
    def chosen(self) -> bool:
        """Whether it is in the segmentation."""


def lattice(text: str, words: Sequence[str], arcs: Iterable[Arc]) -> View:
    """The words of a text, and the lattice of its first :data:`LONGEST` characters: an arc for each candidate word."""
    length = min(len(text), LONGEST)
    shown = sorted((arc for arc in arcs if arc.end <= length), key=lambda arc: arc.chosen)  # the chosen ones on top
    base = 40 + _height(max((arc.end - arc.start for arc in shown), default=1))
    drawn = [_arc(arc, base) for arc in shown]
    drawn += [f'<text x="{_x(i) + _STEP // 2}" y="{base + 26}">{escaped(text[i])}</text>' for i in range(length)]
    size = f'width="{_x(length) + 30}" height="{base + 40}"'
    return View(f"<p>{escaped(' '.join(words))}</p><svg {size}>{''.join(drawn)}</svg>")


def _x(position: int) -> int:
    return 30 + position * _STEP


def _height(length: int) -> int:
    return 10 + length * 23


def _arc(arc: Arc, base: int) -> str:
    left, right = _x(arc.start), _x(arc.end)
    middle, top = (left + right) // 2, base - _height(arc.end - arc.start)
    look = ' class="chosen"' if arc.chosen else ""
    title = f"<title>{escaped(arc.text)}  {arc.source}  {arc.cost:.2f}</title>"
    path = f'<path{look} d="M{left} {base} Q{middle} {2 * top - base} {right} {base}">{title}</path>'
    if arc.end - arc.start == 1 and not arc.chosen:
        return path
    name = f'<text x="{middle}" y="{top - 5}">{escaped(arc.text)}</text>' if arc.end - arc.start > 1 else ""
    return f'{path}{name}<text class="cost" x="{middle}" y="{top + 13}">{arc.cost:.1f}</text>'
