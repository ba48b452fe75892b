# ruff: noqa: INP001  # a script, not a package
"""Check every internal link of the built site: page, file and anchor must exist."""

from __future__ import annotations

import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  # as in Python
        given = {name: value for name, value in attrs if value}
        self.targets += [given[name] for name in ("href", "src") if name in given]
        self.anchors |= {given[name] for name in ("id", "name") if name in given}


@cache
def read(page: Path) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the links and the anchors of a page."""
    reader = _Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    return tuple(reader.targets), frozenset(reader.anchors)


def lost(site: Path, page: Path) -> list[str]:
    """Yield the broken links of one page."""
    return [target for target in read(page)[0] if not _is_there(site, page, target)]


def _is_there(site: Path, page: Path, target: str) -> bool:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return True
    path = unquote(parts.path)
    found = (site / path.lstrip("/") if path.startswith("/") else page.parent / path).resolve() if path else page
    if found.is_dir():
        found /= "index.html"
    if not found.is_file():
        return False
    return not parts.fragment or found.suffix != ".html" or unquote(parts.fragment) in read(found)[1]


def main(site: Path) -> int:
    """Print every broken link; return 1 when there is one."""
    pages = sorted(path for path in site.rglob("*.html") if path.name != "404.html")  # it is served at any address
    wrong = [f"{page.relative_to(site)} leads to {target}" for page in pages for target in lost(site, page)]
    sys.stdout.write("".join(f"{each}\n" for each in wrong))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
