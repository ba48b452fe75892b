"""The operations centre in a real browser: one screen on a wall, a page on a phone, live without being asked."""

import base64
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.drill import pairs

from pilotkit import Deployment
from pilotkit.cases import Application
from pilotkit.places import PointCondition
from pilotkit.services import Services
from pilotkit.storage.vault import KEYS
from pilotkit.testing import Clock, tiny_deployment
from pilotkit.web.server import running

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")

HANOI = Path(__file__).parents[2] / "examples" / "hanoi"
EVENING = datetime(2025, 7, 28, 12, 0, tzinfo=UTC)
PASSWORD = "quay lantern herring dusk"
SIGN_IN = "\n[access]\nsecond_factor = false\nidle_minutes = 720\n"
WALLS = [(1920, 1080), (1280, 720)]
FOR_A_PHONE = ["/operations", "/board/comparison?kpi=online_share&means=kiosk", "/board/signing"]
LANGUAGES = ["vi", "en"]
BOARD = [
    "/board", "/board/units/00004", "/board/units/01", "/board/kpis/online_share", "/board/cases?kpi=online_share",
    "/board/comparison?kpi=online_share", "/board/comparison?kpi=online_share&means=kiosk", "/board/signing",
    "/operations", "/operations?still=1",
]  # fmt: skip
CUT = """() => [...document.querySelectorAll('#live h1, #live dd, #live dt, #live .sub, #live ol > li, #live .legend')]
    .filter(each => each.checkVisibility())
    .filter(each => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflow === 'hidden')
    .map(each => each.textContent.trim().slice(0, 80))"""
OUTSIDE = """() => [...document.querySelectorAll('#live > *, .ways a')]
    .filter(each => each.checkVisibility())
    .map(each => [each.getBoundingClientRect(), each])
    .filter(([box]) => box.right > innerWidth + 1 || box.bottom > innerHeight + 1)
    .map(([box, each]) => each.outerHTML.slice(0, 100))"""
WHOLE = """() => {
    const list = document.querySelector('.decide ol').getBoundingClientRect();
    return [...document.querySelectorAll('.decide > ol > li')].map(each => each.getBoundingClientRect()).map(
        box => box.bottom <= list.bottom + 1 && box.right <= list.right + 1 ? 'whole'
            : box.left >= list.right - 1 ? 'hidden' : 'cut');
}"""


def session_of(deployment, clock, login):
    with closing(Services(deployment, clock)) as services:
        services.access.accounts.enrol(login, PASSWORD)
        return services.access.sign_in(login, PASSWORD, "", "192.0.2.1").value


@pytest.fixture(scope="module")
def keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEYS, "one:" + base64.b64encode(b"1" * 32).decode())
        yield


@pytest.fixture(scope="module")
def centre(month, tmp_path_factory, keys) -> Iterator[SimpleNamespace]:
    """The example with thirty simulated days, served, and the session of a supervisor and of a head."""
    folder = shutil.copytree(month, tmp_path_factory.mktemp("operations") / "hanoi")
    settings = folder / "pilot.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text if "[access]" in text else text + SIGN_IN, encoding="utf-8")
    deployment = Deployment(folder)
    logins = {"supervisor": "supervisor-01", "head": "head-00004"}
    sessions = {who: session_of(deployment, lambda: EVENING, login) for who, login in logins.items()}
    with running(deployment, now=lambda: EVENING) as address:
        yield SimpleNamespace(address=address, sessions=sessions)


@pytest.fixture
def opened(browser, centre):
    """Open a page in a window of some size; its console is listened to."""
    contexts = []

    def make(width, height, who="supervisor", **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.add_cookies([{"name": "session", "value": centre.sessions[who], "url": centre.address}])
        contexts.append(context)
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.mark.drill
@pytest.mark.parametrize(("wall", "language"), pairs(WALLS, LANGUAGES))
def test_on_a_wall_everything_stands_on_one_screen(opened, centre, language, wall):
    width, height = wall
    page = opened(width, height)
    page.goto(f"{centre.address}/{language}/operations")
    page.evaluate("document.fonts.ready.then(() => true)")
    overflow = (
        "[document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]"
    )
    assert [0, 0] == page.evaluate(overflow)
    assert ([], []) == (page.evaluate(CUT), page.evaluate(OUTSIDE))
    shown = page.evaluate(WHOLE)
    assert {"whole", "hidden"} >= set(shown), "half a decision is none"
    assert shown.count("whole") >= 3
    assert [] == page.said


@pytest.mark.parametrize(("width", "height"), WALLS)
def test_the_numbers_are_large_enough_for_five_metres(opened, centre, width, height):
    page = opened(width, height)
    page.goto(f"{centre.address}/vi/operations")
    size = "selector => parseFloat(getComputedStyle(document.querySelector(selector)).fontSize)"
    assert page.evaluate(size, ".six dd") >= height / 16
    assert page.evaluate(size, ".decide li") >= height / 50


@pytest.mark.drill
@pytest.mark.parametrize(("path", "language"), pairs(FOR_A_PHONE, LANGUAGES))
def test_a_phone_shows_it_whole_without_a_script(opened, centre, language, path):
    page = opened(320, 640, "head", java_script_enabled=False)
    page.goto(f"{centre.address}/{language}{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator("h1").is_visible()


@pytest.mark.drill
@pytest.mark.parametrize(("path", "screen"), pairs(BOARD, [(1280, "vi"), (320, "en")]))
def test_nothing_on_it_breaks_wcag(opened, centre, violations, path, screen):
    width, language = screen
    page = opened(width, 800, "head")
    page.goto(f"{centre.address}/{language}{path}")
    assert [] == violations(page)


def test_a_target_s_line_is_drawn_above_its_table_without_breaking_the_policy(opened, centre):
    page = opened(1280, 800)
    page.goto(f"{centre.address}/vi/board/units/00004")
    if not page.locator('script[src*="charts.js"]').count():
        pytest.skip("the charts were not built: npm ci --prefix toolkit/assets && node toolkit/assets/build.mjs")
    page.wait_for_selector(".chart canvas")
    assert 3 == page.locator(".chart canvas").count() == page.locator("table[data-chart]").count()
    assert page.locator(".chart canvas").first.bounding_box()["height"] > 100
    assert "true" == page.locator(".chart").first.get_attribute("aria-hidden")
    page.locator("figure.drawn summary").first.press("Enter")
    assert page.locator("table[data-chart]").first.is_visible()
    assert [] == page.said


def test_without_a_script_the_figures_of_the_line_can_be_opened(opened, centre):
    page = opened(320, 640, java_script_enabled=False)
    page.goto(f"{centre.address}/vi/board/units/00004")
    assert 0 == page.locator(".chart").count()
    page.locator("figure.drawn summary").first.press("Enter")
    assert page.locator("table[data-chart]").first.is_visible()


@pytest.fixture
def town(tmp_path, keys):
    """A town whose clock and cases can be moved while somebody looks at its wall."""
    clock = Clock(datetime(2025, 7, 1, 9, 0, tzinfo=UTC))
    options = {"access__second_factor": False, "access__idle_minutes": 720}
    deployment = Deployment(tiny_deployment(tmp_path / "town", plugins__enabled=["board"], **options))
    session = session_of(deployment, clock, "supervisor-pa")
    with closing(Services(deployment, clock)) as services, running(deployment, now=clock) as address:
        yield SimpleNamespace(clock=clock, services=services, address=address, session=session)


def test_what_happens_appears_on_the_wall_by_itself(browser, town, monkeypatch):
    from pilotkit_board import operations_wall as wall

    monkeypatch.setattr(wall, "EVERY", 0.2)
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.add_cookies([{"name": "session", "value": town.session, "url": town.address}])
    page = context.new_page()
    page.goto(f"{town.address}/en/operations")
    assert page.locator(".six dd").first.inner_text().startswith("0")
    asked = Application(procedure="ZZ-101", channel="online", unit="PA-01", actor="citizen")
    town.services.case_service.receive(asked)
    town.services.heartbeats.report("kiosk-1", PointCondition.WORKING)
    sync_api.expect(page.locator(".six dd").first).to_have_text(re.compile(r"^1\b"), timeout=10_000)
    sync_api.expect(page.locator(".legend .working b")).to_have_text("1", timeout=10_000)
    context.close()


def test_nothing_is_taken_from_under_who_reads_it(browser, town, monkeypatch):
    from pilotkit_board import operations_wall as wall

    monkeypatch.setattr(wall, "EVERY", 0.2)
    for _ in range(3):
        town.services.queue.take("pa-01")
    town.clock.advance(minutes=40)
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.add_cookies([{"name": "session", "value": town.session, "url": town.address}])
    page = context.new_page()
    page.goto(f"{town.address}/en/operations")
    page.locator(".decide a").first.focus()
    town.services.queue.take("pa-01")
    page.wait_for_timeout(1_500)
    assert "North Quay" == page.evaluate("document.activeElement.textContent")
    page.evaluate("document.activeElement.blur()")
    sync_api.expect(page.locator(".six dd").nth(3)).to_have_text(re.compile(r"^4\b"), timeout=10_000)
    context.close()
