"""Regular expressions that packages bring, matched in linear time by RE2 (https://github.com/google/re2/wiki/Syntax).

A backtracking engine takes time that doubles with every letter for patterns such as ``(a+)+$``: one request could hold
a server. RE2 has no look-around and no back-references, and ``$`` means the very end of the text.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

MAXIMUM_PATTERN = 500
"""Characters of one pattern."""


class LinearPattern(Protocol):
    """A compiled pattern."""

    def search(self, text: str) -> object | None:
        """Return a match anywhere in ``text``, or None."""

    def fullmatch(self, text: str) -> object | None:
        """Return a match of the whole of ``text``, or None."""


@lru_cache(maxsize=1024)
def linear_pattern(pattern: str) -> LinearPattern:
    """Compile a pattern.

    Raises:
        ValueError: it is too long, or RE2 does not know its syntax.
    """
    import re2  # noqa: PLC0415  # a C library that most commands never need

    if len(pattern) > MAXIMUM_PATTERN:
        raise ValueError(f"a pattern has at most {MAXIMUM_PATTERN} characters")
    options = re2.Options()
    options.log_errors = False
    try:
        compiled: LinearPattern = re2.compile(pattern, options)
    except re2.error as problem:
        reason = problem.args[0]
        said = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(f"{pattern!r:.80} is not a regular expression in RE2 syntax: {said}") from None
    return compiled
