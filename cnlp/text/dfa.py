"""From regular expressions to one deterministic automaton over character categories.

Thompson (1968) turns each expression into a nondeterministic automaton, the subset construction (Rabin and
Scott 1959) makes all of them one deterministic automaton, and Moore's (1956) partition refinement shrinks it.
The input symbols are not characters but *categories*: the classes of characters that no expression tells
apart.

The syntax: ``abc`` literals, ``[a-z_]`` and ``[^…]`` sets, ``{name}`` a named set (also inside ``[]``),
``( )``, ``|``, ``?``, ``*``, ``+``, ``{m}``, ``{m,n}``, ``{m,}``, each of these with a ``?`` after it for as few
as possible; a backslash takes the next character literally.
"""

from __future__ import annotations

from cnlp._kernel.deadline import check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from typing import Any

    Ranges = tuple[tuple[int, int], ...]  # inclusive code point ranges, in order, none touching another
    # ("set", Ranges), ("row", nodes), ("either", nodes) or ("repeat", node, least, most, as few as possible?)
    Node = tuple[Any, ...]

_LAST = 0x10FFFF


def union(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Sorts inclusive ranges and joins those that touch.

    >>> union([(5, 9), (1, 4), (20, 20)])
    ((1, 9), (20, 20))
    """
    joined: list[list[int]] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + 1:
            joined[-1][1] = max(last, joined[-1][1])
        else:
            joined.append([first, last])
    return tuple((first, last) for first, last in joined)


def complement(ranges: Ranges) -> Ranges:
    """All code points outside ``ranges``.

    >>> complement(((1, 0x10FFFF),))
    ((0, 0),)
    """
    gaps, start = [], 0
    for first, last in ranges:
        if start < first:
            gaps.append((start, first - 1))
        start = last + 1
    if start <= _LAST:
        gaps.append((start, _LAST))
    return tuple(gaps)


def difference(ranges: Ranges, without: Ranges) -> Ranges:
    """What ``ranges`` has and ``without`` has not.

    >>> difference(((1, 9),), ((4, 5),))
    ((1, 3), (6, 9))
    """
    return complement(union((*complement(ranges), *without)))


def parse(expression: str, names: Mapping[str, Ranges]) -> Node:
    """The syntax tree of one expression.

    Args:
        expression: in the syntax of the module's head.
        names: the ranges of each ``{name}``.

    Raises:
        ValueError: the expression breaks the syntax.
        KeyError: it uses a name that ``names`` lacks.

    >>> parse("a+", {})
    ('repeat', ('set', ((97, 97),)), 1, None, False)
    """
    position = 0

    def peek() -> str:
        return expression[position : position + 1]

    def take() -> str:
        nonlocal position
        if position >= len(expression):
            raise ValueError(f"{expression!r}: ends too early")
        position += 1
        return expression[position - 1]

    def braces() -> str:
        nonlocal position
        end = expression.index("}", position)
        inside = expression[position + 1 : end]
        position = end + 1
        return inside

    def counted() -> bool:
        return peek() == "{" and expression[position + 1 : position + 2].isdigit()

    def alternatives() -> Node:
        branches = [sequence()]
        while peek() == "|":
            take()
            branches.append(sequence())
        return branches[0] if len(branches) == 1 else ("either", branches)

    def sequence() -> Node:
        parts = []
        while peek() and peek() not in "|)":
            parts.append(repetition())
        return parts[0] if len(parts) == 1 else ("row", parts)

    def repetition() -> Node:
        node = atom()
        while peek() and (peek() in "?*+" or counted()):
            if counted():
                first, comma, last = braces().partition(",")
                least, most = int(first), int(last) if last else None if comma else int(first)
                if most is not None and most < least:
                    raise ValueError(f"{expression!r}: the count {{{first},{last}}} is empty")
            else:
                least, most = {"?": (0, 1), "*": (0, None), "+": (1, None)}[take()]
            few = peek() == "?"
            if few:
                take()
            node = ("repeat", node, least, most, few)
        return node

    def atom() -> Node:
        if peek() == "{":
            return ("set", names[braces()])
        char = take()
        if char == "(":
            node = alternatives()
            if take() != ")":
                raise ValueError(f"{expression!r}: ')' is missing")
            return node
        if char == "[":
            return ("set", members())
        if char in "?*+)":
            raise ValueError(f"{expression!r}: {char!r} at {position - 1} has nothing before it")
        code = ord(take() if char == "\\" else char)
        return ("set", ((code, code),))

    def members() -> Ranges:
        inverted = peek() == "^"
        if inverted:
            take()
        ranges: list[tuple[int, int]] = []
        while peek() != "]":
            if peek() == "{":
                ranges.extend(names[braces()])
                continue
            char = take()
            first = last = ord(take() if char == "\\" else char)
            if peek() == "-" and expression[position + 1 : position + 2] != "]":
                take()
                end = take()
                last = ord(take() if end == "\\" else end)
            if last < first:
                raise ValueError(f"{expression!r}: the range {chr(first)}-{chr(last)} is empty")
            ranges.append((first, last))
        take()
        return complement(union(ranges)) if inverted else union(ranges)

    tree = alternatives()
    if position < len(expression):
        raise ValueError(f"{expression!r}: {peek()!r} at {position} closes nothing")
    return tree


def sets_of(node: Node) -> set[Ranges]:
    """Every character set that a syntax tree uses."""
    if node[0] == "set":
        return {node[1]}
    children = [node[1]] if node[0] == "repeat" else node[1]
    return {ranges for child in children for ranges in sets_of(child)}


class _Thompson:
    """A nondeterministic automaton: free steps and one labelled step per state."""

    def __init__(self) -> None:
        self.free: list[list[int]] = []
        self.step: list[tuple[Ranges, int] | None] = []

    def state(self) -> int:
        self.free.append([])
        self.step.append(None)
        return len(self.free) - 1

    def add(self, node: Node, start: int) -> int:
        """Hangs ``node`` on ``start``; returns the state after it."""
        kind = node[0]
        if kind == "set":
            end = self.state()
            fresh = self.state()
            self.free[start].append(fresh)
            self.step[fresh] = (node[1], end)
            return end
        if kind == "row":
            for child in node[1]:
                start = self.add(child, start)
            return start
        if kind == "either":
            ends = []
            for child in node[1]:
                branch = self.state()
                self.free[start].append(branch)
                ends.append(self.add(child, branch))
            end = self.state()
            for branch in ends:
                self.free[branch].append(end)
            return end
        _, child, least, most, few = node
        for _ in range(least):
            start = self.add(child, start)
        end = self.state()
        if most is None:
            loop = self.state()
            self._choose(start, loop, end, few)
            self._choose(self.add(child, loop), loop, end, few)
            return end
        for _ in range(most - least):
            inner = self.state()
            self._choose(start, inner, end, few)
            start = self.add(child, inner)
        self.free[start].append(end)
        return end

    def _choose(self, state: int, inner: int, end: int, few: bool) -> None:
        """Once more, or on: the first choice comes first."""
        self.free[state] += (end, inner) if few else (inner, end)

    def closure(self, states: Iterable[int]) -> list[int]:
        """``states`` and all that free steps reach from them, in the order of a search that goes back."""
        seen: dict[int, None] = {}
        stack = list(states)[::-1]
        while stack:
            state = stack.pop()
            if state not in seen:
                seen[state] = None
                stack += reversed(self.free[state])
        return list(seen)


def determine(
    trees: Sequence[Node],
    starts: Sequence[Iterable[int]],
    categories_of: Callable[[Ranges], Iterable[int]],
    width: int,
    *,
    most: int | None = None,
    minimal: bool = True,
    longest: bool = True,
) -> tuple[list[list[int]], list[int]]:
    """The deterministic automaton of all trees at once.

    Args:
        trees: one syntax tree per pattern, those that win a tie first.
        starts: for each start state, the patterns that are tried from there.
        categories_of: the categories that make up a character set.
        width: the number of categories.
        most: how many steps the construction may take; any number by default.
        minimal: make the states as few as can be, which takes time.
        longest: accept every match; else none that comes after another one in the order in which a search that goes
            back tries them, so that the longest of the accepted ones is what such a search finds first (Cox 2010).

    Raises:
        ValueError: it would take more than ``most``.
        TimeoutError: the deadline has passed.

    Returns:
        ``transitions[state][category]`` and ``accepts[state]``, the number of the accepted pattern plus 1
        or 0. State 0 is dead, states 1 … len(starts) are the start states in order.
    """
    thompson = _Thompson()
    roots, accepted = [], {}
    for pattern, tree in enumerate(trees):
        roots.append(thompson.state())
        accepted[thompson.add(tree, roots[pattern])] = pattern + 1
    members = {step[0]: tuple(categories_of(step[0])) for step in thompson.step if step}
    steps = 0

    def count(more: int) -> None:
        nonlocal steps
        steps += more
        if most is not None and steps > most:
            raise ValueError(f"its automaton takes more than {most:,} steps to make")

    def subset_of(states: Iterable[int]) -> Collection[int]:
        reached = thompson.closure(states)
        count(len(reached))
        if longest:
            return frozenset(reached)
        first = next((place for place, state in enumerate(reached) if state in accepted), len(reached))
        return tuple(state for state in reached[: first + 1] if thompson.step[state] or state in accepted)

    # A separate state in each start's subset keeps two equal starts apart.
    order = [subset_of(())]
    for patterns in starts:
        order.append(subset_of([thompson.state(), *(roots[pattern] for pattern in patterns)]))
    numbers = {subset: number for number, subset in enumerate(order)}
    subsets: dict[tuple[int, ...], Collection[int]] = {}
    rows = []
    for subset in order:  # grows while we walk it
        check()
        targets: list[dict[int, None]] = [{} for _ in range(width)]
        for state in subset:
            step = thompson.step[state]
            if step:
                count(len(members[step[0]]))
                for category in members[step[0]]:
                    targets[category][step[1]] = None
        row = []
        count(width)
        for target in map(tuple, targets):
            if target not in subsets:
                subsets[target] = subset_of(target)
            reached = subsets[target]
            if reached not in numbers:
                numbers[reached] = len(order)
                order.append(reached)
            row.append(numbers[reached])
        rows.append(row)
    accepts = [min((accepted[state] for state in subset if state in accepted), default=0) for subset in order]
    return _minimise(rows, accepts, len(starts)) if minimal else (rows, accepts)


def _minimise(rows: list[list[int]], accepts: list[int], starts: int) -> tuple[list[list[int]], list[int]]:
    """Moore's refinement: states are one if they accept alike and their steps lead to equal blocks."""
    # The dead state and the starts keep their numbers, so each begins as a separate block.
    blocks = [state if state <= starts else starts + 1 + accept for state, accept in enumerate(accepts)]
    count = 0
    while True:
        numbers: dict[tuple[int, ...], int] = {}
        fresh = []
        for block, row in zip(blocks, rows, strict=True):
            fresh.append(numbers.setdefault((block, *map(blocks.__getitem__, row)), len(numbers)))
        blocks = fresh
        if len(numbers) == count:
            break
        count = len(numbers)
    first = {block: state for state, block in reversed(list(enumerate(blocks)))}
    kept = [first[block] for block in range(count)]
    return [[blocks[target] for target in rows[state]] for state in kept], [accepts[state] for state in kept]
