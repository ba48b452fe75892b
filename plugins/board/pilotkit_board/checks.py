"""What ``pilotkit check`` asks of the board."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pilotkit import DataError, Finding, Place, Severity
from pilotkit_board.rules import OWN, rules_of

if TYPE_CHECKING:
    from pilotkit import Deployment


def check_rules(deployment: Deployment) -> Iterator[Finding]:
    """Whether ``local/operations.toml`` changes only what there is, to what can be used."""
    try:
        rules_of(deployment.folder)
    except DataError as problem:
        where = problem.where or Place(str(OWN))
        yield Finding(Severity.ERROR, "operations-rules", where, problem.what, problem.remedy)
