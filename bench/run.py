"""``make bench``: ratios, never bare seconds, written to bench/results.json with how to repeat them."""

import json
import os
import platform
from dataclasses import asdict
from pathlib import Path

import importing
import measures
import registry
import scaffold
import simulation
import startup
import upgrades

HERE = Path(__file__).parent
DONOR = HERE.parent / "examples" / "hanoi"


def main() -> None:
    """Measure everything, print one line each, and write the file."""
    ratios = [
        startup.measure(),
        scaffold.measure(DONOR),
        *registry.measure(DONOR),
        simulation.measure(DONOR),
        importing.measure(),
        *measures.measure(DONOR),
    ]
    for each in ratios:
        mark = "met" if each.met else "NOT MET"
        print(f"{each.name:12} {each.ratio:6.2f} × {each.against} ({each.of}; goal {each.goal}: {mark})")
    table, timed = upgrades.measure()
    upgrades.show(table)
    for each in timed:
        print(f"{each.name:12} {each.ratio:6.2f} × {each.against} ({each.of}; goal {each.goal})")
    ratios += timed
    results = {
        "repeat": "make bench",
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()},
        "upgrades": table,
        "ratios": [asdict(each) for each in ratios],
    }
    (HERE / "results.json").write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
