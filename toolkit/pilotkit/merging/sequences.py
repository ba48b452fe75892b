"""Three sequences side by side: which stretches nobody changed, one side changed, or both did.

Khanna, Kunal and Pierce, "A Formal Investigation of Diff3", 2007.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Generic, TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True)
class Stretch(Generic[_T]):
    """The same place in three sequences."""

    base: Sequence[_T]
    ours: Sequence[_T]
    theirs: Sequence[_T]

    @property
    def merged(self) -> Sequence[_T] | None:
        """What stands here afterwards; None where both sides made something different of it."""
        if self.theirs in (self.ours, self.base):
            return self.ours
        return self.theirs if self.ours == self.base else None


def stretches(base: Sequence[_T], ours: Sequence[_T], theirs: Sequence[_T]) -> Iterator[Stretch[_T]]:
    """Yield the three sequences cut where all of them agree. Neighbouring changes of both sides are one stretch.

    Items must be hashable.
    """
    at_base = at_ours = at_theirs = 0
    for start_base, start_ours, start_theirs, length in (
        *_agreed(base, ours, theirs),
        (len(base), len(ours), len(theirs), 0),
    ):
        changed = Stretch(base[at_base:start_base], ours[at_ours:start_ours], theirs[at_theirs:start_theirs])
        if changed.base or changed.ours or changed.theirs:
            yield changed
        at_base, at_ours, at_theirs = start_base + length, start_ours + length, start_theirs + length
        if length:
            agreed = base[start_base:at_base]
            yield Stretch(agreed, agreed, agreed)


def put_beside(base: Sequence[_T], ours: Sequence[_T], theirs: Sequence[_T]) -> list[_T] | None:
    """Return both sides' elements where one of them only inserted before or after; None elsewhere."""
    if not base:
        return [*ours, *theirs]
    for one, other in ((ours, theirs), (theirs, ours)):
        for at in range(len(other) - len(base) + 1):
            if list(other[at : at + len(base)]) == list(base):
                return [*other[:at], *one, *other[at + len(base) :]]
    return None


def _agreed(base: Sequence[_T], ours: Sequence[_T], theirs: Sequence[_T]) -> Iterator[tuple[int, int, int, int]]:
    """Where all three agree: the starts in each, and how long."""
    mine, others = _blocks(base, ours), _blocks(base, theirs)
    left = right = 0
    while left < len(mine) and right < len(others):
        (base_a, a, size_a), (base_b, b, size_b) = mine[left], others[right]
        start, end = max(base_a, base_b), min(base_a + size_a, base_b + size_b)
        if start < end:
            yield start, a + start - base_a, b + start - base_b, end - start
        if base_a + size_a < base_b + size_b:
            left += 1
        else:
            right += 1


def _blocks(base: Sequence[_T], other: Sequence[_T]) -> list[tuple[int, int, int]]:
    matcher = SequenceMatcher(None, base, other, autojunk=False)
    return [(block.a, block.b, block.size) for block in matcher.get_matching_blocks() if block.size]
