"""Is an upgrade finished, and is everything decided that it left to a person?"""

from __future__ import annotations

import json
from collections.abc import Iterator

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import OFFERED, PILOT
from pilotkit.errors import Place
from pilotkit.model.surface import Check, Finding, Severity
from pilotkit.packages.undecided import undecided_settings
from pilotkit.packages.walking import files_below


def run(deployment: Deployment) -> Iterator[Finding]:
    """An error for an upgrade that was interrupted; warnings for what it left to be compared."""
    if (deployment.folder / PILOT / "journal").exists():
        yield Finding(
            Severity.ERROR,
            CHECK.id,
            Place(f"{PILOT}/journal"),
            "An upgrade was interrupted, so some files may be new and some old.",
            "Run 'pilotkit upgrade' again: it finishes what was begun.",
        )
    for name in files_below(deployment.folder, dotted=True):
        if name.endswith(OFFERED):
            yield Finding(
                Severity.WARNING,
                CHECK.id,
                Place(name),
                f"The package offers this beside {name.removesuffix(OFFERED)}, which both sides changed.",
                "Take from it what you want, then delete it.",
            )
    for _, notice in undecided_settings(deployment.folder):
        was, ours, package = (json.dumps(each, default=str) for each in (notice.base, notice.ours, notice.package))
        yield Finding(
            Severity.WARNING,
            CHECK.id,
            Place(notice.file, notice.key),
            f"The package changed {was} to {package}; yours, {ours}, holds.",
            notice.remedy,
        )


CHECK = Check("upgrading", "Is the last upgrade finished, and everything decided that it left open?", run)
