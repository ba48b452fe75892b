"""Text, merged by lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pilotkit.merging.sequences import Stretch, put_beside, stretches

MAXIMUM_LINES = 20_000
"""Finding what two texts share takes time that grows with the square of their lines."""


Beside = Literal["nothing", "a change", "anything"]


def merge_texts(base: str, ours: str, theirs: str, *, beside: Beside = "nothing") -> str | None:
    """``ours`` with what changed from ``base`` to ``theirs``; None where both changed the same line.

    A text that does not end with a line end is merged as if it did; the end is the side's that changed it.

    Args:
        base: what both come from.
        ours: the deployment's.
        theirs: the package's.
        beside: what lines that one side puts in may touch: nothing that the other changed; what it changed, where lines
            do not say anything of each other; or anything, even what the other puts in at the same place (ours stands
            first), for a caller who can tell whether the outcome says what it should.
    """
    lines = [_lines(text) for text in (base, ours, theirs)]
    if any(len(each) > MAXIMUM_LINES for each in lines):
        return None
    merged: list[str] = []
    for stretch in stretches(*lines):
        settled = stretch.merged
        settled = _touching(stretch, beside) if settled is None else settled
        if settled is None:
            return None
        merged += settled
    return _ended("\n".join(merged), base, ours, theirs)


def _touching(stretch: Stretch[str], allowed: Beside) -> Sequence[str] | None:
    """Line by line where as many stand on each side; both, where one side only put lines in and that is allowed."""
    base, ours, theirs = (list(each) for each in (stretch.base, stretch.ours, stretch.theirs))
    if len(base) == len(ours) == len(theirs):
        single = [Stretch((was,), (mine,), (new,)).merged for was, mine, new in zip(base, ours, theirs, strict=True)]
        return None if None in single else [line for lines in single for line in lines or ()]
    is_allowed = allowed == "anything" or (allowed == "a change" and base)
    return put_beside(base, ours, theirs) if is_allowed else None


def _lines(text: str) -> Sequence[str]:
    return text.removesuffix("\n").split("\n") if text else []


def _ended(text: str, base: str, ours: str, theirs: str) -> str:
    ends = [each.endswith("\n") for each in (base, ours, theirs)]
    is_ended = ends[2] if ends[1] == ends[0] else ends[1]
    return f"{text}\n" if text and is_ended else text
