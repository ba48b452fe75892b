"""``doctor``: what is wrong with an installation, and how to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pilotkit.cli.deployment_commands import SIGNS
from pilotkit.cli.output import AsJson, print_json, say, tell

if TYPE_CHECKING:
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.cli.diagnosis import Symptom


def doctor(
    deployment: Annotated[Path | None, typer.Argument(metavar="DEPLOYMENT", help="Look at it too.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with this installation and how to mend it. Nothing is changed. Exit code 1 for errors."""
    from pilotkit.cli.diagnosis import QUESTIONS, asked, symptoms

    opened, found = _opened(deployment)
    for name, question in QUESTIONS.items():
        seen = found.setdefault(name, symptoms(question, opened))
        if not as_json:
            _tell(asked(question), seen)
    errors = sum(each.severity == "error" for seen in found.values() for each in seen)
    if as_json:
        print_json([{"question": name, **vars(each)} for name, seen in found.items() for each in seen])
    elif "deployment" in found:
        _tell("Can the deployment be read?", found["deployment"])
    say(f"{errors} errors, {sum(map(len, found.values())) - errors} other things to know.")
    if errors:
        raise typer.Exit(1)


def _opened(folder: Path | None) -> tuple[Deployment | None, dict[str, tuple[Symptom, ...]]]:
    """Return the deployment where it can be read; else why not, so that other questions are still asked."""
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.cli.diagnosis import Symptom
    from pilotkit.errors import PilotkitError
    from pilotkit.model.surface import Severity

    if folder is None:
        return None, {}
    try:
        opened = Deployment(folder)
        _ = opened.catalog
    except PilotkitError as problem:
        where = f"{problem.where}: " if problem.where else ""
        return None, {"deployment": (Symptom(Severity.ERROR, f"{where}{problem.what}", problem.remedy),)}
    return opened, {}


def _tell(question: str, seen: tuple[Symptom, ...]) -> None:
    if not seen:
        tell("✓", "green", question)
    for each in seen:
        tell(*SIGNS[each.severity], f"{question}\n  {each.what} {each.remedy}")
