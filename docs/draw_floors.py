# ruff: noqa: INP001  # belongs to the script beside it
"""Draw the floors of the core from import-linter's contract."""

from __future__ import annotations

import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
_WORDS = {
    "cli": "commands",
    "testing": "for tests of plugins",
    "web": "HTML pages",
    "api": "REST",
    "upgrades": "plan, merge, journal, rollback",
    "scaffold": "a package becomes a deployment",
    "checks": "findings about a deployment",
    "registry": "signed metadata, verified download",
    "packages": "pack, verify, inspect",
    "services": "composition root",
    "simulation": "simulated months",
    "applications": "drafts, submission, tracking",
    "payments": "orders, bank statements",
    "casework": "actions on cases",
    "measures": "facts to figures",
    "jobs": "background work",
    "search": "one index",
    "facts": "Parquet files for engines",
    "access": "accounts, login, sessions",
    "storage": "the only SQL for operational data",
    "catalog": "plugins + files + overrides, frozen",
    "settings": "pilot.toml",
    "overlay": "overrides",
    "reading": "YAML, TOML and CSV",
    "hookspecs": "all hooks, on one screen",
    "model": "typed values",
    "errors": "what, where, what to do",
    "version": "the version number",
}
_INK, _SOFT, _GREEN, _AMBER, _LINE = "#1b1d1c", "#4a4d4b", "#0b5d57", "#a86a00", "#cfcac0"
_TOP, _STEP, _HEIGHT = 54, 36, 32
_LEFT, _RIGHT = 240, 760
_NARROW = 24


def floors() -> list[list[str]]:
    """Return the rooms of each floor, top to bottom, from import-linter's contract."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (each for each in settings["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    return [[room.strip().removeprefix("pilotkit.") for room in _split(layer)] for layer in contract["layers"]]


def _split(layer: str) -> list[str]:
    return layer.replace(":", "|").split("|")


def drawn() -> str:
    """Return the picture as SVG with a description for screen readers."""
    rows = floors()
    bottom = _TOP + _STEP * len(rows)
    hooks = _middle(rows, "hookspecs")
    parts = [_head(len(rows), bottom), *(_floor(number, rooms) for number, rooms in enumerate(rows))]
    lines = ["Plugins", *sorted(path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml"))]
    parts += _box(16, _TOP, 190, lines, _GREEN)
    parts.append(_arrow(f"M60 {_TOP + 27 * len(lines) + 22} V{hooks} H{_LEFT - 6}", (_LEFT - 1, hooks), 1, _GREEN))
    parts.append(_text(72, hooks - 8, "doors and hooks"))
    parts += _package(rows)
    catalog = _middle(rows, "catalog")
    folder = ["A deployment: data", "model/: the package", "local/: ours", "pilot.toml: settings", "var/: cases, facts"]
    parts += _box(806, catalog - 80, 186, folder, _GREEN)
    parts.append(_arrow(f"M806 {catalog} H{_RIGHT + 6}", (_RIGHT + 1, catalog), -1, _GREEN))
    parts.append(_text(_LEFT, bottom + 26, "The core knows no country. A test keeps it so."))
    return "\n".join([*parts, "</svg>", ""])


def _head(count: int, bottom: int) -> str:
    height = bottom + 44
    told = (
        f"{count} floors, each importing only what stands below it. Plugins stand outside and enter by doors and "
        "hooks. A deployment is a folder of data that the catalog reads. A package is one file: packages write it from "
        "a deployment, scaffold makes a deployment from it."
    )
    font = 'font-family="\'Be Vietnam Pro\', system-ui, sans-serif" font-size="14"'
    space = 'xmlns="http://www.w3.org/2000/svg"'
    return "\n".join(
        [
            f'<svg {space} viewBox="0 0 1008 {height}" role="img" aria-labelledby="t d" {font}>',
            '<title id="t">The floors of the core</title>',
            f'<desc id="d">{told}</desc>',
            f'<rect width="1008" height="{height}" fill="#fbfaf6"/>',
            _text(_LEFT, 34, "The core: a room imports only what stands below it", _INK, 16, bold=True),
        ]
    )


def _floor(number: int, rooms: list[str]) -> str:
    y = _TOP + _STEP * number
    names = " · ".join(rooms)
    words = " · ".join(filter(None, map(_WORDS.get, rooms))) if len(names) <= _NARROW else ""
    frame = f'<rect x="{_LEFT}" y="{y}" width="{_RIGHT - _LEFT}" height="{_HEIGHT}" fill="#ffffff" stroke="{_LINE}"/>\n'
    return frame + _text(_LEFT + 12, y + 21, names, _GREEN, 14, bold=True) + "\n" + _text(436, y + 21, words)


def _package(rows: list[list[str]]) -> list[str]:
    scaffold, packages = _middle(rows, "scaffold"), _middle(rows, "packages")
    parts = _box(806, scaffold - 52, 186, ["A package: one file", "model, evidence,", "template, manifest"], _AMBER)
    parts.append(_arrow(f"M806 {scaffold} H{_RIGHT + 6}", (_RIGHT + 1, scaffold), -1, _AMBER))
    parts.append(
        f'<path d="M{_RIGHT} {packages} H890 V{scaffold + 58}" fill="none" stroke="{_AMBER}" stroke-width="2"/>'
    )
    parts.append(f'<path d="M885 {scaffold + 59} L890 {scaffold + 53} L895 {scaffold + 59} Z" fill="{_AMBER}"/>')
    return [*parts, _text(774, scaffold - 8, "new"), _text(774, packages - 7, "pack")]


def _middle(rows: list[list[str]], room: str) -> int:
    return next(_TOP + _STEP * number + _HEIGHT // 2 for number, rooms in enumerate(rows) if room in rooms)


def _box(x: int, y: int, width: int, lines: list[str], colour: str) -> list[str]:
    height = 27 * len(lines) + 16
    frame = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="#ffffff" stroke="{colour}"/>'
    written = [_text(x + 14, y + 25 + 27 * at, line, _INK, 14, bold=at == 0) for at, line in enumerate(lines)]
    return [frame, *written]


def _arrow(path: str, tip: tuple[int, int], way: int, colour: str) -> str:
    x, y = tip
    head = f"M{x - 6 * way} {y - 5} L{x} {y} L{x - 6 * way} {y + 5} Z"
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/><path d="{head}" fill="{colour}"/>'


def _text(x: int, y: int, words: str, colour: str = _SOFT, size: int = 13, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x}" y="{y}" fill="{colour}" font-size="{size}"{weight}>{escape(words)}</text>'
