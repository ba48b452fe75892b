"""A real browser looks at a real deployment, on a phone and on a desk."""

import base64
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pilotkit import Deployment
from pilotkit.simulation.month import simulate
from pilotkit.storage.store import Store
from pilotkit.web.server import running

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE)] if str(HERE) not in sys.path else []
ENVIRONMENT = {
    "PILOTKIT_KEYS": "test:" + base64.b64encode(bytes(range(32))).decode(),
    "PILOTKIT_PAYMENT__CONNECTOR": "local",
}
HANOI = Path(__file__).parents[2] / "examples" / "hanoi"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


NAMELESS = """() => [
    ...document.querySelectorAll('svg:not([aria-hidden]):not([aria-label]), svg[aria-label=""], th:not([scope])'),
    ...[...document.querySelectorAll('input:not([type=hidden]), select')].filter(
        each => !each.labels.length && !each.getAttribute('aria-label')),
    ...[...document.querySelectorAll('a, button, summary')].filter(each => !each.textContent.trim()),
    ...[...document.querySelectorAll('nav')].filter(each => !each.getAttribute('aria-label')),
].map(each => each.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="session")
def nameless() -> "Callable[[sync_api.Page], list[str]]":
    """What somebody who cannot see a page would hear nothing of."""
    return lambda page: page.evaluate(NAMELESS)


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of the example, served as it is in the repository."""
    with running(Deployment(HANOI), now=lambda: datetime(2025, 7, 28, 5, 0, tzinfo=UTC)) as served:
        yield served


@pytest.fixture(scope="session")
def month(tmp_path_factory) -> Path:
    """A copy of the example with thirty simulated days. Shared: copy it before it is served."""
    folder = tmp_path_factory.mktemp("month") / "hanoi"
    shutil.copytree(HANOI, folder, ignore=shutil.ignore_patterns("var"))
    deployment = Deployment(folder)
    with closing(Store.of(deployment)) as store:
        simulate(deployment, store, days=30, seed=1, last=date(2025, 7, 28))
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator["sync_api.Browser"]:
    found = os.environ.get("PILOTKIT_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        pytest.skip("no Chromium found: install Debian's chromium, or set PILOTKIT_BROWSER to one")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=OPTIONS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def phone(browser) -> Iterator["sync_api.Page"]:
    """320 px wide, no script: the least that a citizen may come with."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, has_touch=True, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser) -> Iterator["sync_api.Page"]:
    """1280 px wide, with a keyboard."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="vi-VN")
    yield context.new_page()
    context.close()


AXE = Path(__file__).parents[1] / "assets" / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]


@pytest.fixture(scope="session")
def violations() -> "Callable[[sync_api.Page], list[str]]":
    """What axe-core finds on a page against WCAG 2.2 AA: the rule and the first place it is broken at."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci --prefix tests/assets")
    source = AXE.read_text(encoding="utf-8")
    options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}

    def found(page: "sync_api.Page") -> list[str]:
        page.evaluate(source)
        result = page.evaluate("options => axe.run(document, options)", options)
        return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in result["violations"]]

    return found


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Iterator:
    """The example with cases of its own, which are sent to and paid for."""
    from hanoi_office import served

    with served(tmp_path_factory.mktemp("journeys") / "hanoi", ENVIRONMENT) as opened:
        yield opened


@pytest.fixture(scope="session")
def accessibility():
    from accessibility import Accessibility

    return Accessibility()


@pytest.fixture(scope="module")
def screens(browser) -> Iterator:
    """A phone 320 px wide and a desk, with scripts and without."""
    contexts = []

    def screen(width: int, *, script: bool):
        contexts.append(
            browser.new_context(
                viewport={"width": width, "height": 800}, has_touch=width < 400, java_script_enabled=script
            )
        )
        return contexts[-1].new_page()

    yield {script: (screen(320, script=script), screen(1280, script=script)) for script in (True, False)}
    for context in contexts:
        context.close()
