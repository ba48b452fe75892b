"""``make bench``: ratios, never bare seconds, written to bench/results.json with how to repeat them.

With names, such as ``python bench/run.py startup serving``, only those are measured, and their rows written anew.
Upgrades are measured by size (``upgrades-5-8``), their times apart (``upgrade-times``), which want a quiet machine.
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
UPGRADES = "upgrades"
SIZES = {f"{UPGRADES}-{province}-{package}": (province, package) for province, package in upgrades.SIZES}


def main(wanted: list[str]) -> None:
    """Measure what is wanted, print one line each, and write the file.

    Args:
        wanted: names of parts; everything if none.
    """
    if unknown := set(wanted) - {*PARTS, *SIZES, UPGRADES}:
        sys.exit(f"there is no {', '.join(unknown)}; there are {', '.join([*PARTS, *SIZES, UPGRADES])}")
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    rows = {each["name"]: each for each in known.get("ratios", ())} if wanted else {}
    table = {(each["province"], each["package"]): each for each in known.get(UPGRADES, {}).get("sizes", ())}
    for name in (each for each in PARTS if not wanted or each in wanted):
        for ratio in PARTS[name]():
            _tell(ratio, rows)
    for name, size in SIZES.items():
        if not wanted or {UPGRADES, name} & set(wanted):
            table[size] = upgrades.measure(size)
            upgrades.show(table[size])
    results = {
        "repeat": "make bench",
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()},
        UPGRADES: {"sizes": [table[size] for size in sorted(table)]},
        "ratios": list(rows.values()),
    }
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _tell(ratio: Ratio, rows: dict[str, Any]) -> None:
    mark = "met" if ratio.met else "NOT MET"
    print(f"{ratio.name:14} {ratio.ratio:7.2f} × {ratio.against} ({ratio.of}; goal {ratio.goal}: {mark})", flush=True)
    rows[ratio.name] = asdict(ratio)


if __name__ == "__main__":
    main(sys.argv[1:])
