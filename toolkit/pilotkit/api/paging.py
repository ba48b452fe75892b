"""Lists, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel

_T = TypeVar("_T")
LARGEST = 100
"""Items of one page."""
DEEPEST = 10_000
"""Pages; whoever wants more narrows the list."""


class PageOf(BaseModel, Generic[_T]):
    """One page of a list."""

    items: tuple[_T, ...]
    page: int
    """From 1."""
    size: int
    """How many items a full page has."""
    has_more: bool
    """Whether there is a next page."""


class PageParameters(BaseModel):
    """Which page is asked for."""

    page: int
    size: int

    def of(self, things: Sequence[_T]) -> PageOf[_T]:
        """Return one page of things that are all there."""
        first = (self.page - 1) * self.size
        items = tuple(things[first : first + self.size])
        return PageOf(items=items, page=self.page, size=self.size, has_more=first + self.size < len(things))


def _wanted(
    page: Annotated[int, Query(ge=1, le=DEEPEST)] = 1, size: Annotated[int, Query(ge=1, le=LARGEST)] = 20
) -> PageParameters:
    return PageParameters(page=page, size=size)


WantedPage = Annotated[PageParameters, Depends(_wanted)]
