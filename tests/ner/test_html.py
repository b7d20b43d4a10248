"""The page of entities: whole, escaped, from nowhere else, readable in a real browser on a phone, light and dark."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from gazetteers import entities, texts
from hypothesis import given
from hypothesis import strategies as st

from cnlp.html import Page, render
from cnlp.ner.merge import merge
from cnlp.types import Entity

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
LONG = "很长的一行" * 200 + "a" * 500
LINES = [
    ('他在<北京> & "上海"', [Entity("北京", 3, 5, "LOC", 0.875, "北京市"), Entity("上海", 10, 12, "LOC")]),
    ("", []),
    (LONG, [Entity(LONG[:3], 0, 3, "PER")]),
    ("<script>document.title = 'run'</script>\0\x07\ud800👍\t尾", [Entity("<script>", 0, 8, "<b>&")]),
]
# What the browser has made of the page, written where --dump-dom shows it.
MEASURE = """<script>
const box = (name) => document.querySelector(name).getBoundingClientRect();
const style = (element, name) => getComputedStyle(element)[name];
const marks = [...document.querySelectorAll("main mark")];
document.documentElement.dataset.measured = JSON.stringify({
  title: document.title,
  lines: [...document.querySelectorAll("main p")].map((p) => p.textContent),
  marks: marks.map((mark) => mark.firstChild.textContent),
  colours: marks.map((mark) => style(mark, "backgroundColor")),
  legend: [...document.querySelectorAll("footer mark")].map((mark) => mark.textContent),
  legend_first: box("footer").top < box("main").top,
  overflow: document.documentElement.scrollWidth - innerWidth,
  font: parseFloat(style(document.querySelector("p"), "fontSize")),
  page: style(document.body, "backgroundColor"), ink: style(document.body, "color"),
  requests: performance.getEntriesByType("resource").length,
});
</script>"""


@given(st.data(), texts)
def test_the_page_holds_the_text_and_nothing_that_the_text_made_up(data: st.DataObject, text: str) -> None:
    line = Page().line(text, merge(text, data.draw(entities(text))))
    shown = re.sub(r"<small>[A-Z]+</small>|</?p>|<mark [^>]*>|</mark>|\n$", "", line)
    assert "<" not in shown
    assert html.unescape(shown) == text.replace("\0", "\u2400").replace("\ud800", "\ufffd")
    line.encode("utf-8")


def test_labels_have_their_own_colours_and_are_counted() -> None:
    page = render(LINES)
    hues = dict(re.findall(r'<mark style="--hue:(\d+)">([^<]+)<small>', page.partition("<footer>")[2]))
    assert list(hues.values()) == ["LOC", "PER", "&lt;b&gt;&amp;"] and len(hues) == 3
    assert "LOC<small>2</small>" in page and "PER<small>1</small>" in page
    assert 'title="北京市 · 0.875"' in page


def test_nothing_comes_from_elsewhere() -> None:
    page = render(LINES)
    assert not re.search(r"https?:|src=|href=|@import|url\(|<script", page)


def test_a_page_without_entities_says_so() -> None:
    assert "no entities" in render([("甲", [])]) and "no entities" in render([])


@pytest.mark.skipif(BROWSER is None, reason="no Chromium")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it_on_a_phone(tmp_path: Path, scheme: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(render(LINES) + MEASURE, encoding="utf-8")
    seen = measure(path, dark=scheme == "dark")
    assert seen["title"] == "Entities"
    assert seen["lines"][0] == '他在<北京LOC> & "上海LOC"'
    assert seen["lines"][3].startswith("<script><b>&document.title") and seen["lines"][3].endswith(
        "\u2400\u2407\ufffd👍\t尾"
    )
    assert seen["marks"] == ["北京", "上海", LONG[:3], "<script>"]
    assert len(set(seen["colours"])) == 3
    assert seen["legend"] == ["LOC2", "PER1", "<b>&1"] and seen["legend_first"]
    assert seen["overflow"] <= 0, "the page can be moved sideways"
    assert seen["font"] >= 16
    assert seen["requests"] == 0
    for background in (seen["page"], *seen["colours"]):
        assert contrast(seen["ink"], background) >= 7, "WCAG AAA"
    assert (luminance(seen["page"]) < 0.1) == (scheme == "dark")


def measure(path: Path, *, dark: bool) -> dict[str, object]:
    """What a headless browser of a phone's width says about the page."""
    assert BROWSER is not None
    done = subprocess.run(
        [
            BROWSER,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            f"--user-data-dir={path.parent / 'profile'}",
            "--window-size=500,900",
            f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            "--dump-dom",
            path.as_uri(),
        ],
        capture_output=True,
        timeout=120,
        check=True,
    )
    measured = re.search(r'data-measured="([^"]*)"', done.stdout.decode("utf-8"))
    assert measured, done.stderr.decode("utf-8", "replace")[-500:]
    seen: dict[str, object] = json.loads(html.unescape(measured[1]))
    return seen


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio as WCAG 2 defines it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
