"""Is an upgrade finished, and is everything decided that it left to a person?"""

from __future__ import annotations

import json
from collections.abc import Iterator

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import OFFERED, PILOT
from pilotkit.errors import Place
from pilotkit.model.surface import Check, Finding, Severity
from pilotkit.model.upgrade import Notice
from pilotkit.packages.conflicts import LOOK, set_aside, undecided_settings, unresolved_files, waiting_files


def run(deployment: Deployment) -> Iterator[Finding]:
    """Yield an error for an upgrade that was interrupted; warnings for what it left to be compared."""
    if (deployment.folder / PILOT / "journal").exists():
        yield Finding(
            Severity.ERROR,
            CHECK.id,
            Place(f"{PILOT}/journal"),
            "An upgrade was interrupted, so some files may be new and some old.",
            "Run 'pilotkit upgrade' again: it finishes what was begun.",
        )
    left = tuple(unresolved_files(deployment.folder))
    for each in left:
        yield _to_decide(each)
    told = {f"{each.file}{OFFERED}" for each in left}
    for name in waiting_files(deployment.folder):
        if name not in told:
            yield Finding(
                Severity.WARNING,
                CHECK.id,
                Place(name),
                f"The package offers this beside {name.removesuffix(OFFERED)}, which both sides changed.",
                "Take from it what you want, then delete it.",
            )
    for name in set_aside(deployment.folder):
        yield Finding(
            Severity.WARNING,
            CHECK.id,
            Place(name),
            "What stands here is ours and has no effect: the package has no place for it.",
            LOOK,
        )
    for _, notice in undecided_settings(deployment.folder):
        yield _to_decide(notice)


def _to_decide(notice: Notice) -> Finding:
    was, ours, package = (
        "nothing" if each is None else json.dumps(each, ensure_ascii=False, default=str)
        for each in (notice.base, notice.ours, notice.package)
    )
    what = f"The package changed {was} to {package}; yours, {ours}, holds." if notice.key else f"{notice.why}."
    return Finding(Severity.WARNING, CHECK.id, Place(notice.file, notice.key), what, notice.remedy)


CHECK = Check("upgrading", "Is the last upgrade finished, and everything decided that it left open?", run)
