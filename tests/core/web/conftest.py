"""A visitor of a small town's pages: a client without a server, and pages of one's own."""

import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pilotkit import Deployment, Page, hookimpl
from pilotkit.testing import tiny_deployment
from pilotkit.web.application import create_app

with warnings.catch_warnings():
    # Starlette would rather have httpx2; httpx still works and is what the other tests use.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

NOON = datetime(2025, 7, 28, 12, 0, tzinfo=UTC)
Visitor = Callable[..., TestClient]


class _Plugin:
    def __init__(self, pages: tuple[Page, ...]) -> None:
        self.pages = pages

    @hookimpl
    def register_pages(self) -> tuple[Page, ...]:
        return self.pages


@pytest.fixture
def make_town(tmp_path: Path) -> Callable[..., Deployment]:
    """A town with files, settings and pages of one's own."""

    def make(files: dict[str, str] | None = None, pages: tuple[Page, ...] = (), **changes: Any) -> Deployment:
        deployment = Deployment(tiny_deployment(tmp_path / "town", files, **changes))
        if pages:  # an installed plugin would come by its entry point
            deployment.plugins._add("test", lambda: _Plugin(pages))
        return deployment

    return make


@pytest.fixture
def visit_town(make_town: Callable[..., Deployment]) -> Visitor:
    """A client of such a town; it does not follow redirects, and sees errors as a visitor does."""

    def make(files: dict[str, str] | None = None, pages: tuple[Page, ...] = (), **changes: Any) -> TestClient:
        app = create_app(make_town(files, pages, **changes), now=lambda: NOON)
        return TestClient(app, raise_server_exceptions=False, follow_redirects=False)

    return make


@pytest.fixture
def page() -> Callable[..., Page]:
    """A page from a function, shown with one of the shell's own templates."""

    def make(show: Any, **changes: Any) -> Page:
        given = SimpleNamespace(name="test.page", path="/page", package="pilotkit.web", navigation=None)
        given.__dict__.update(changes)
        return Page(given.name, given.path, show, given.package, given.navigation)

    return make
