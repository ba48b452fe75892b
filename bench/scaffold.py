"""How long a province takes to scaffold, against bare cookiecutter on the same template with the same data.

Ours verifies the package, unpacks it, finds the province, renders, reads everything back and checks it.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from timing import Ratio, processes, summary

from pilotkit import Deployment
from pilotkit.packages.archive import unpack
from pilotkit.packages.packing import pack
from pilotkit.scaffold.new_deployment import template_context

PROVINCE = "46"


def measure(donor: Path, runs: int = 7) -> Ratio:
    """Return the ratio of wall times of the two commands."""
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        package = pack(Deployment(donor), room).path
        template = _filled_template(package, room)
        program = Path(sys.executable)
        ours = [str(program.with_name("pilotkit")), "new", str(package), "--province", PROVINCE, "--no-input",
                "--allow-unsigned", "-o", str(room / "ours")]  # fmt: skip
        bare = [str(program.with_name("cookiecutter")), "--no-input", "-o", str(room / "bare"), str(template)]

        def clear() -> None:
            shutil.rmtree(room / "ours", ignore_errors=True)
            shutil.rmtree(room / "bare", ignore_errors=True)

        ratios = processes(ours, bare, runs, clear)
    return summary(
        "scaffold",
        "pilotkit new (verified and checked)",
        "cookiecutter, same template",
        ratios,
        3,
        at_most=True,
        of="wall time",
    )


def _filled_template(package: Path, room: Path) -> Path:
    """Return the template with one province's data in cookiecutter.json, as bare cookiecutter needs it."""
    unpack(package, room / "model")
    template = room / "model" / "template"
    settings = json.loads((template / "cookiecutter.json").read_text(encoding="utf-8"))
    filled = settings | dict(template_context(package, PROVINCE))
    (template / "cookiecutter.json").write_text(json.dumps(filled, ensure_ascii=False), encoding="utf-8")
    return template
