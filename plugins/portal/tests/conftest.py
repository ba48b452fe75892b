"""A small town with the portal, and visits to it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pilotkit import Deployment, Page, View, Visit
from pilotkit.testing import tiny_deployment
from pilotkit_portal.plugin import register_pages

NOON = datetime(2025, 7, 28, 12, 0, tzinfo=UTC)
PAGES: dict[str, Page] = {page.name: page for page in register_pages()}


@pytest.fixture
def make_town(tmp_path: Path) -> Callable[..., Deployment]:
    """A town with files and settings of one's own, and the portal."""

    def make(files: dict[str, str | None] | None = None, **changes: Any) -> Deployment:
        return Deployment(tiny_deployment(tmp_path / "town", files, **{"plugins__enabled": ["portal"], **changes}))

    return make


@pytest.fixture
def town(make_town: Callable[..., Deployment]) -> Deployment:
    return make_town()


@pytest.fixture
def show(town: Deployment) -> Callable[..., View]:
    """What a page shows, without a server."""

    def make(name: str, deployment: Deployment | None = None, **query: str) -> View:
        page = PAGES[name]
        path = {key: query.pop(key) for key in ("code", "id") if f"{{{key}}}" in page.path}
        return page.show(
            Visit(deployment or town, "en", NOON, query=query, path=path, page=name, package="pilotkit_portal")
        )

    return make
