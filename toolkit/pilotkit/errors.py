"""Every error pilotkit raises on purpose: one tree, each made from facts.

An error says *what* is wrong, *where* (file and key) and what to do *next*. The command line and the web catch the
root only; anything else that escapes is a bug and keeps its traceback.

Exit codes (documented in ``docs/reference/exit-codes.md``):

==== =====================================================================
code meaning
==== =====================================================================
0    done
1    done, and the answer is "no": a check found errors
2    the command line was not understood (Typer's own)
3    the deployment's data is wrong
4    the package is refused: altered, truncated, hostile or not compatible
5    the target cannot be written: not empty, read-only, disk full
6    a plugin is broken
==== =====================================================================
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where something stands: a file relative to the deployment or package, a key inside it, a line (from 1)."""

    file: str
    key: str = ""
    line: int | None = None

    def __str__(self) -> str:
        """Read as ``local/targets.csv line 14: goal``."""
        line = f" line {self.line}" if self.line is not None else ""
        key = f": {self.key}" if self.key else ""
        return f"{self.file}{line}{key}"


class PilotkitError(Exception):
    """Root of every error a user can meet.

    Args:
        what: one sentence, ends with a full stop.
        where: the file and key that it is about.
        remedy: one sentence saying what to do now.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: Place | None = None, remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        """Read as ``file line 3: key: what. What to do.``."""
        prefix = f"{self.where}: " if self.where else ""
        return f"{prefix}{self.what}{' ' + self.remedy if self.remedy else ''}"


class DataError(PilotkitError):
    """A deployment's or a package's data is broken: syntax, unknown key, wrong code, missing reference."""

    exit_code = 3


class UnknownError(DataError):
    """Something was named that the catalog does not have: a province, a procedure, a KPI, a case."""


class DuplicateError(DataError):
    """Two sources offer the same thing."""


class PackageError(PilotkitError):
    """A package is refused; nothing of it was used."""

    exit_code = 4


class TrustError(PackageError):
    """Nobody vouches for a package, or what vouches for it does not hold: signature, threshold, expiry, version."""


class TemplateError(PackageError):
    """A package's template tried what data may not do, or cannot be rendered."""


class TargetError(PilotkitError):
    """The place to write to cannot be used; nothing was written."""

    exit_code = 5


class PluginError(PilotkitError):
    """A plugin is broken: named here, with what to do."""

    exit_code = 6


class CaseError(PilotkitError):
    """A verb was asked of a case that cannot take it now."""

    exit_code = 3


class RefusedError(PilotkitError):
    """Somebody asked for what is not theirs to see or to do."""

    exit_code = 3
