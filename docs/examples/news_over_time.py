"""Who and where was in the news, month by month: ``python docs/examples/news_over_time.py NEWS.txt 2025``.

The file has a line like ``《新闻联播》 (20250131)`` before each day's text; lines before the first are left out.
Entities are counted once a day, and ``news.svg`` draws the places whose share of the days changed most, one line each.
Without a file a few made-up days serve.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import cnlp

DAYS = """
《新闻》 (20250106)
李明在上海考察。上海市政府说，港口的货物增加了。
《新闻》 (20250210)
北京下了大雪，北京大学的学生在校园里堆雪人。上海没有雪。
《新闻》 (20250311)
王小川从上海到北京。北京的会议开了三天。
《新闻》 (20250312)
北京的会议闭幕，广州的代表离开北京。
"""
_DATE = re.compile(r"^《.*》 \((\d{4})(\d\d)(\d\d)\)")
_MARKUP = re.compile(r"<[^>]*>")
COLOURS = ("#c0392b", "#2c6fbb", "#27ae60", "#8e44ad", "#d35400", "#16a085")
WIDTH, HEIGHT, MARGIN = 760, 360, 50


def read_days(lines: Iterable[str], year: str) -> Iterator[tuple[int, str]]:
    """Month and text of each day of the year."""
    month, text = 0, []
    for line in lines:
        date = _DATE.match(line)
        if date is not None:
            if month:
                yield month, "\n".join(text)
            month, text = int(date[2]) if date[1] == year else 0, []
        elif month:
            text.append(_MARKUP.sub("", line))
    if month:
        yield month, "\n".join(text)


def draw(counts: dict[str, Counter[int]], names: list[str]) -> str:
    """Lines of days a month, as SVG."""
    most = max((counts[name][month] for name in names for month in range(1, 13)), default=1) or 1

    def place(month: int, count: int) -> str:
        x = MARGIN + (month - 1) / 11 * (WIDTH - 2 * MARGIN - 60)
        return f"{x:.0f},{HEIGHT - MARGIN - count / most * (HEIGHT - 2 * MARGIN):.0f}"

    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">']
    for month in range(1, 13):
        x, _ = place(month, 0).split(",")
        lines.append(f'<text x="{x}" y="{HEIGHT - MARGIN + 20}" font-size="12">{month}月</text>')
    for number, name in enumerate(names):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join(place(month, counts[name][month]) for month in range(1, 13))
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        lines.append(f'<text x="{WIDTH - MARGIN - 50}" y="{MARGIN + 20 * number}" fill="{colour}">{name}</text>')
    return "\n".join([*lines, "</svg>\n"])


def main(path: Path | None = None, year: str = "2025") -> None:
    """Read, count, print, draw."""
    lines = DAYS.splitlines() if path is None else path.open(encoding="utf-8")
    counts: dict[str, dict[str, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    for month, text in read_days(lines, year):
        for name, label in {(entity.text, entity.label) for entity in cnlp.entities(text) if entity.score > 0.8}:
            counts[label][name][month] += 1
    for label, names in sorted(counts.items()):
        best = sorted(names, key=lambda name: (-names[name].total(), name))[:8]
        print(label, "  ".join(f"{name} {names[name].total()}" for name in best))
    places = counts["LOC"]
    change = {name: max(days.values()) - min(days[month] for month in range(1, 13)) for name, days in places.items()}
    chosen = sorted(places, key=lambda name: (-change[name], name))[: len(COLOURS)]
    Path("news.svg").write_text(draw(places, chosen), encoding="utf-8")
    print("the picture is in news.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None, *sys.argv[2:3])
