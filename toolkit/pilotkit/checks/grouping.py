"""The same problem many times over is one finding: nobody reads the hundredth line that says the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from pilotkit.errors import Place
from pilotkit.model.surface import Finding

MOST = 5
"""As many findings of one kind are told one by one."""
_NAMED = 3


def gather(findings: Iterable[Finding], many: str) -> Iterator[Finding]:
    """Return ``findings`` of one kind as they are, or as one when there are more than :data:`MOST`.

    Args:
        findings: all of one severity, check and remedy.
        many: the sentence for all of them, with ``{count}`` and ``{names}`` (the first few keys).
    """
    found = tuple(findings)
    if len(found) <= MOST:
        yield from found
    else:
        message = many.format(
            count=len(found), names=few([finding.where.key or finding.where.file for finding in found])
        )
        yield replace(found[0], where=Place(_shared([finding.where.file for finding in found])), message=message)


def few(names: Sequence[str]) -> str:
    """Return the first three names, and how many more there are."""
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown


def _shared(files: Sequence[str]) -> str:
    """Return the one file, or the folder they all stand in."""
    return files[0] if len(set(files)) == 1 else str(PurePosixPath(files[0]).parent)
