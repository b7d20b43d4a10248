"""One site in two languages: pages below zh/ have Chinese navigation, all others English, and each links to its twin.

A hook of MkDocs. The section of the navigation that is called 中文 is the navigation of the Chinese pages.
"""

from __future__ import annotations

from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

FOLDER, SECTION = "zh/", "中文"
TOGGLES = {"en": ("Dark", "Light"), "zh": ("深色", "浅色")}


def on_env(env: Any, config: MkDocsConfig, files: Files) -> Any:
    """The switch of languages, which :func:`on_page_context` points to the twin of each page."""
    config.extra["alternate"] = [
        {"name": "English", "lang": "en", "link": ""},
        {"name": SECTION, "lang": "zh", "link": FOLDER},
    ]
    return env


def on_page_context(context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Navigation) -> dict[str, Any]:
    """Give the page the navigation and the interface of its language."""
    name = page.file.src_uri.removeprefix(FOLDER)
    is_chinese = name != page.file.src_uri
    language = config.theme["language"] = "zh" if is_chinese else "en"
    for palette, toggle in zip(config.theme["palette"], TOGGLES[language], strict=True):
        palette["toggle"]["name"] = toggle
    pages = {each.file.src_uri: each for each in nav.pages}
    for alternate, folder in zip(config.extra["alternate"], ("", FOLDER), strict=True):
        alternate["link"] = pages.get(folder + name, pages[f"{folder}index.md"]).url
    chinese = next(item for item in nav.items if item.title == SECTION)
    items = chinese.children or [] if is_chinese else [item for item in nav.items if item is not chinese]
    own = [each for uri, each in pages.items() if uri.startswith(FOLDER) is is_chinese]
    context["nav"] = Navigation(items, own)
    context["nav"].homepage = own[0]
    return context
