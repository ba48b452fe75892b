"""Fixtures for pytest. Whoever has pilotkit and pytest has them: pytest loads this module by its entry point.

What is slow is imported when a fixture is asked for, since this module is loaded with every run of pytest.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from pilotkit.catalog.catalog import Catalog
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.storage.store import Store
    from pilotkit.testing.clock import Clock

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_LAST_DAY = date(2025, 7, 28)
_DAYS = 30


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Return the folder of a small deployment of its own: a municipality that does not exist."""
    from pilotkit.testing.sample_deployment import tiny_deployment

    return tiny_deployment(tmp_path / "tiny")


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still at 1 July 2025, 09:00 UTC."""
    from pilotkit.testing.clock import Clock

    return Clock()


@pytest.fixture
def catalog(tiny: Path) -> Catalog:
    """Return what the small deployment knows."""
    from pilotkit.catalog.deployment import Deployment

    return Deployment(tiny).catalog


@pytest.fixture(scope="session")
def _filled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from contextlib import closing

    from pilotkit.catalog.deployment import Deployment
    from pilotkit.simulation.month import simulate
    from pilotkit.storage.store import Store
    from pilotkit.testing.sample_deployment import tiny_deployment

    deployment = Deployment(tiny_deployment(tmp_path_factory.mktemp("pilotkit") / "filled"))
    with closing(Store.of(deployment)) as store:
        simulate(deployment, store, days=_DAYS, seed=7, last=_LAST_DAY)
    return deployment.folder


@pytest.fixture
def filled(_filled_once: Path, tmp_path: Path) -> Deployment:
    """Return a small deployment with thirty simulated days that end on 28 July 2025; a copy of the test's own."""
    from pilotkit.catalog.deployment import Deployment

    return Deployment(shutil.copytree(_filled_once, tmp_path / "filled"))


@pytest.fixture
def filled_store(filled: Deployment) -> Iterator[Store]:
    """Yield the cases of ``filled``."""
    from contextlib import closing

    from pilotkit.storage.store import Store

    with closing(Store.of(filled)) as store:
        yield store


@pytest.fixture
def web() -> Callable[..., TestClient]:
    """Make the client of a deployment's pages: ``web(folder)``, or ``web(folder, now=clock)`` to set the time."""
    import warnings

    from pilotkit.catalog.deployment import Deployment
    from pilotkit.web.application import create_app

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Starlette would rather have another client library
        from starlette.testclient import TestClient

    def client(folder: Path | Deployment, now: Callable[[], datetime] | None = None) -> TestClient:
        deployment = Deployment(folder) if isinstance(folder, Path) else folder
        return TestClient(create_app(deployment, now=now), follow_redirects=False)

    return client


@pytest.fixture(scope="session")
def _chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is missing: pip install playwright")
    found = os.environ.get("PILOTKIT_BROWSER") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if not found:
        pytest.skip("no Chromium found: install Debian's chromium, or set PILOTKIT_BROWSER to one")
    with playwright.sync_playwright() as running:
        launched = running.chromium.launch(executable_path=found, args=_OPTIONS)
        yield launched
        launched.close()


@pytest.fixture
def narrow_page(_chromium: Any) -> Iterator[Any]:
    """Open a page of a real browser (Playwright): 320 px wide, no JavaScript, the least a citizen may have."""
    context = _chromium.new_context(viewport={"width": 320, "height": 640}, has_touch=True, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def wide_page(_chromium: Any) -> Iterator[Any]:
    """Yield a page of a real browser (Playwright), 1280 px wide."""
    context = _chromium.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


@pytest.fixture
def serving() -> Callable[..., Any]:
    """Serve a deployment on a real address for as long as a ``with`` block lasts, which is given the address."""
    from pilotkit.catalog.deployment import Deployment
    from pilotkit.web.server import running

    def serve(folder: Path | Deployment, now: Callable[[], datetime] | None = None) -> Any:
        return running(Deployment(folder) if isinstance(folder, Path) else folder, now=now)

    return serve
