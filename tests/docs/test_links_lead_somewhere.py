"""Links inside the repository lead to pages and headings that are there; the site asks nothing of other hosts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from documentation import PAGES, ROOT, anchors, links

DOCS = ROOT / "docs"


def _lost(page: Path) -> list[str]:
    return [target for target in links(page) if not _is_elsewhere(target) and not _is_there(page, target)]


def _is_elsewhere(target: str) -> bool:
    return target.startswith(("http://", "https://", "mailto:"))


def _is_there(page: Path, target: str) -> bool:
    file, _, anchor = target.partition("#")
    found = (page.parent / file).resolve() if file else page
    return found.exists() and (not anchor or anchor in anchors(found))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path):
    assert [] == _lost(page)


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.relative_to(DOCS).as_posix())
def test_a_page_of_the_site_links_to_nothing_outside_it(page: Path):
    inside = (target.partition("#")[0] for target in links(page) if not _is_elsewhere(target))
    assert [] == [target for target in inside if not (page.parent / target).resolve().is_relative_to(DOCS)]


def test_every_page_is_in_the_navigation():
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    named = set(_pages_of(settings["nav"]))
    assert {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")} == named


def test_the_site_fetches_nothing_from_elsewhere():
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert settings["theme"]["font"] is False
    assert "edit_uri" not in settings
    styles = (path.read_text(encoding="utf-8") for path in DOCS.rglob("*.css"))
    assert [] == [url for text in styles for url in re.findall(r"url\(|@import|https?://", text)]


def test_no_two_decisions_have_the_same_number():
    numbers = sorted(int(page.name[:4]) for page in (DOCS / "decisions").glob("0*.md"))
    assert sorted(set(numbers)) == numbers


def _pages_of(node: object) -> list[str]:
    if isinstance(node, str):
        return [node]
    values = node if isinstance(node, list) else list(node.values()) if isinstance(node, dict) else []
    return [page for value in values for page in _pages_of(value)]
