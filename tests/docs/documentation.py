"""The pages of the documentation, and the blocks and links that stand in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (
    *(path for path in sorted(ROOT.glob("*.md"))),
    ROOT / "toolkit" / "README.md",
    *sorted(ROOT.glob("plugins/*/README.md")),
    *sorted(ROOT.glob("examples/*/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
)
_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)
_COMMENT = re.compile(r"<!-- (?P<kind>no-run|as|run): (?P<says>.+?) -->\n\Z")
_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    page: Path
    line: int
    language: str
    text: str
    says: dict[str, str]
    """What the comment above it says: ``no-run`` with a reason, ``as`` with a noun, ``run`` with what it shows."""

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(*languages: str) -> Iterator[Block]:
    """Every block of these languages."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for fence in _FENCE.finditer(text):
            if fence["language"] in languages:
                before = text[: fence.start()]
                comment = _COMMENT.search(before)
                says = {comment["kind"]: comment["says"]} if comment else {}
                inside = "".join(line.removeprefix(fence["indent"]) for line in fence["text"].splitlines(keepends=True))
                yield Block(page, before.count("\n") + 1, fence["language"], inside, says)


def links(page: Path) -> Iterator[str]:
    """Every target that a page links to, outside of code."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    yield from (link["target"] for link in _LINK.finditer(re.sub(r"`[^`\n]*`", "", text)))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return {_slug(heading[1]) for heading in _HEADING.finditer(text)}


def _slug(heading: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", heading.replace("`", "")).encode("ascii", "ignore").decode()
    bare = re.sub(r"[^\w\s-]", "", ascii_only).strip().lower()
    return re.sub(r"[-\s]+", "-", bare)
