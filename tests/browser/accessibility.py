"""What a checker and a ruler find wrong with a page, on a phone and on a desk."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "assets" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""Web Content Accessibility Guidelines 2.2, levels A and AA."""
WIDTHS = (320, 1280)
_RUN = """async tags => {
    document.querySelectorAll('details:not(.menu)').forEach(each => { each.open = true });
    const found = await axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']});
    return found.violations.flatMap(({id, nodes}) => nodes.map(
        each => `${id}: ${each.html.slice(0, 160)} ${each.failureSummary}`));
}"""
_WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
    .filter(each => each.checkVisibility() && each.getBoundingClientRect().right > innerWidth + 0.5)
    .filter(each => !each.closest('.hidden, .scroll, .map'))
    .map(each => 'wider than the screen: ' + each.outerHTML.slice(0, 120)).slice(0, 3)"""
_IN_A_SENTENCE = ".skip, .hidden, p:not(.back), li p, dd, .answer"
_SMALL = """among => [...document.querySelectorAll('button, summary, select, a, textarea, input:not([type=hidden])')]
    .filter(each => each.checkVisibility() && !each.closest(among))
    .filter(each => !['radio', 'checkbox', 'file'].includes(each.type))
    .map(each => [each.getBoundingClientRect(), each])
    .filter(([box]) => box.width > 1 && box.height < 43.5)
    .map(([box, each]) => `only ${Math.round(box.height)} px high: ${each.outerHTML.slice(0, 120)}`)"""
_STATE = """() => {
    const parts = '#status h2, .empty, .govuk-error-summary, [role=status], [role=alert], h1';
    return [...document.querySelectorAll(parts)]
        .map(each => /^h[12]$/.test(each.localName) ? each.textContent.trim().slice(0, 30) : each.className)
        .filter(each => !/[0-9]{4}/.test(each));
}"""


class Accessibility:
    """Looks at each page once, at both widths."""

    def __init__(self) -> None:
        self._source = AXE.read_text(encoding="utf-8")
        self._seen: set[str] = set()
        self.looked_at: list[str] = []

    def problems(self, page: Page) -> list[str]:
        """What is wrong with it; nothing where such a page was looked at before. The page keeps its width."""
        name = _name(page)
        if name in self._seen:
            return []
        self._seen.add(name)
        self.looked_at.append(name)
        before = page.viewport_size
        page.evaluate(self._source)
        found = [f"{name} at {width} px: {each}" for width in WIDTHS for each in dict.fromkeys(_at(page, width))]
        page.set_viewport_size(before)
        return found


def _at(page: Page, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": 800})
    found = [*page.evaluate(_RUN, TAGS), *page.evaluate(_WIDER)]
    return [*found, *page.evaluate(_SMALL, _IN_A_SENTENCE)] if width == min(WIDTHS) else found


def _name(page: Page) -> str:
    """A page, its language and its state, whichever case or procedure it shows."""
    path = re.sub(r"https?://[^/]+", "", page.url)
    path = re.sub(r"/(apply|track|cases|files)/[^/?]+", r"/\1/…", path)
    path = re.sub(r"/track/…/(?!mine)[^/?]+", "/track/…/…", path)
    path = re.sub(r"([?&](?:q|taken|after)=)[^&]*", r"\1…", path)
    return f"{path} {' '.join(page.evaluate(_STATE))}"
