"""``make bench``: ratios, never bare seconds, written to bench/results.json with how to repeat them.

With names, such as ``python bench/run.py startup serving``, only those are measured, and their rows written anew.
Upgrades are measured by tool (``upgrades-cruft``), their times apart (``upgrade-times``), which want a quiet machine.
What is measured is written at once, so that a run that is stopped keeps what it has found.
"""

import json
import os
import platform
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import durability
import importing
import measures
import registry
import scaffold
import serving
import simulation
import startup
import upgrades
from timing import Ratio

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
DONOR = HERE.parent / "examples" / "hanoi"
PARTS: dict[str, Callable[[], Iterable[Ratio]]] = {
    "startup": lambda: [startup.measure()],
    "scaffold": lambda: [scaffold.measure(DONOR)],
    "registry": lambda: registry.measure(DONOR),
    "simulation": lambda: [simulation.measure(DONOR)],
    "importing": importing.measure,
    "durability": durability.measure,
    "serving": serving.measure,
    "measures": lambda: measures.measure(DONOR),
    "upgrade-times": upgrades.times,
}
UPGRADES = {f"upgrades-{tool}": tool for tool in upgrades.TOOLS}


def main(wanted: list[str]) -> None:
    """Measure what is wanted, print one line each, and write the file.

    Args:
        wanted: names of parts; everything if none.
    """
    if unknown := set(wanted) - {*PARTS, *UPGRADES}:
        sys.exit(f"there is no {', '.join(unknown)}; there are {', '.join([*PARTS, *UPGRADES])}")
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() and wanted else {}
    ratios = {each["name"]: each for each in known.get("ratios", ())}
    table = {_place(each): each for each in known.get("upgrades", ())}
    for name in (each for each in PARTS if not wanted or each in wanted):
        for ratio in PARTS[name]():
            _show(ratio)
            ratios[ratio.name] = asdict(ratio)
            _write(table, ratios)
    for name in (each for each in UPGRADES if not wanted or each in wanted):
        for row in upgrades.measure(UPGRADES[name]):
            upgrades.show(row)
            table[_place(row)] = row
            _write(table, ratios)


def _place(row: dict[str, Any]) -> tuple[int, int, str]:
    return row["province"], row["package"], row["tool"]


def _write(table: dict[tuple[int, int, str], dict[str, Any]], ratios: dict[str, dict[str, Any]]) -> None:
    results = {
        "repeat": "make bench",
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()},
        "upgrades": [table[place] for place in sorted(table)],
        "ratios": list(ratios.values()),
    }
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _show(ratio: Ratio) -> None:
    mark = "met" if ratio.met else "NOT MET"
    print(f"{ratio.name:14} {ratio.ratio:7.2f} × {ratio.against} ({ratio.of}; goal {ratio.goal}: {mark})", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
