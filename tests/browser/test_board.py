"""The board in a real browser: a simulated month of the example, on a phone without script and on a desk."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.drill import pairs

from pilotkit import Deployment
from pilotkit.simulation.month import simulate
from pilotkit.storage.store import Store
from pilotkit.web.server import running

HANOI = Path(__file__).parents[2] / "examples" / "hanoi"
PATHS = [
    "/board",
    "/board?kpi=on_time_share",
    "/board?as_of=2025-07-23",
    "/board?as_of=yesterday",
    "/board/units/00004",
    "/board/units/01",
    "/board/kpis/online_share",
    "/board/cases?kpi=online_share",
]
KINDS = ["/board/kpis/median_working_minutes", "/board/kpis/electronic_result_share"]
LANGUAGES = ["vi", "en"]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """[...document.querySelectorAll('main button, main input, main summary, main table a, main .choices a')]
    .filter(each => { const box = each.getBoundingClientRect(); return box.height > 0 && box.height < 43.5 })
    .map(each => each.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def board(month, tmp_path_factory) -> Iterator[str]:
    """The address of a copy of the example with thirty simulated days: the example itself is only read."""
    deployment = Deployment(shutil.copytree(month, tmp_path_factory.mktemp("board") / "hanoi"))
    with running(deployment, now=lambda: datetime(2025, 7, 28, 12, 0, tzinfo=UTC)) as served:
        yield served


@pytest.mark.drill
@pytest.mark.parametrize(("path", "language"), pairs(PATHS, LANGUAGES))
def test_nothing_of_the_board_is_wider_than_a_phone(phone, board, language, path):
    phone.goto(f"{board}/{language}{path}")
    assert phone.evaluate(OVERFLOW) <= 0


@pytest.mark.drill
@pytest.mark.parametrize(("path", "language"), pairs(PATHS, LANGUAGES))
def test_nothing_of_the_board_is_wider_than_a_desk(desk, board, language, path):
    said = []
    desk.on("console", lambda message: said.append(message.text))
    answer = desk.goto(f"{board}/{language}{path}")
    assert desk.evaluate(OVERFLOW) <= 0
    assert answer.status != 200 or said == []


@pytest.mark.parametrize("path", PATHS)
def test_what_is_pressed_is_large_enough_for_a_thumb(phone, board, path):
    phone.goto(f"{board}/vi{path}")
    assert [] == phone.evaluate(SMALL)


def test_on_a_phone_every_row_is_a_card_that_says_everything(phone, board):
    phone.goto(f"{board}/vi/board")
    row = phone.locator("table.board tbody tr").first
    shown = row.inner_text()
    assert re.search(r"Chủ tịch UBND", shown)
    assert re.search(r"\d+,\d%", shown)
    assert row.locator("svg.meter").is_visible()
    assert row.locator(".status").is_visible()
    assert row.bounding_box()["width"] <= 320


def test_the_rest_of_the_units_opens_without_script(phone, board):
    phone.goto(f"{board}/vi/board")
    hidden = phone.locator("details.more tbody tr").first
    assert not hidden.is_visible()
    phone.locator("details.more summary").press("Enter")
    assert hidden.is_visible()
    assert phone.locator("table.board tbody tr").count() == 126


def test_a_number_opens_exactly_its_cases(desk, board):
    desk.goto(f"{board}/vi/board")
    number = desk.locator("table.board td.counts a").first
    shown = number.inner_text()
    number.click()
    assert desk.locator("h1").inner_text().startswith(f"{shown} ")


def test_another_day_can_be_asked_for_by_keyboard(phone, board):
    phone.goto(f"{board}/vi/board?kpi=whole_process_share")
    field = phone.locator("input[name=as_of]")
    field.fill("23/7/2025")
    field.press("Enter")
    assert "23:59 23/7/2025" in phone.locator(".lead").inner_text()
    assert "kpi=whole_process_share" in phone.url


def test_the_columns_of_both_tables_stand_under_each_other(desk, board):
    desk.goto(f"{board}/vi/board")
    desk.locator("details.more summary").click()
    first, second = (desk.locator(".attention table.board").nth(n).locator("tbody td.share").first for n in (0, 1))
    assert abs(first.bounding_box()["x"] - second.bounding_box()["x"]) < 1


@pytest.mark.parametrize("path", PATHS)
def test_everything_on_the_board_has_a_name_for_who_cannot_see_it(desk, board, nameless, path):
    desk.goto(f"{board}/vi{path}")
    assert [] == nameless(desk)


@pytest.fixture(scope="module")
def seasons(tmp_path_factory) -> Iterator[str]:
    """The address of a copy of the example with cases of four months, and targets that are not due yet."""
    folder = tmp_path_factory.mktemp("seasons") / "hanoi"
    shutil.copytree(HANOI, folder, ignore=shutil.ignore_patterns("var"))
    targets = folder / "local/targets.csv"
    targets.write_text(targets.read_text(encoding="utf-8").replace("2025-07-30", "2025-08-15"), encoding="utf-8")
    deployment = Deployment(folder)
    store = Store(deployment.settings.storage.url, folder)
    simulate(deployment, store, days=75, seed=1, last=date(2025, 7, 28))
    store.close()
    with running(deployment, now=lambda: datetime(2025, 7, 28, 12, 0, tzinfo=UTC)) as served:
        yield served


DRAWN = """place => { const canvas = place.querySelector('canvas');
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    const seen = new Set();
    for (let at = 0; at < pixels.length; at += 4)
        if (pixels[at + 3]) seen.add([pixels[at], pixels[at + 1], pixels[at + 2], pixels[at + 3]].join());
    return [...seen] }"""
"""Every colour that a chart has, with how much of it shows."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_the_months_of_a_measure_are_drawn_above_their_table(request, seasons, language, screen):
    page = request.getfixturevalue(screen)
    page.goto(f"{seasons}/{language}/board/kpis/online_share")
    if screen == "phone":  # without script: the table says it all
        assert page.locator("figure.drawn tbody tr").count() >= 3
        return
    chart = page.locator("figure.drawn .chart")
    chart.locator("canvas").wait_for()
    assert len(chart.evaluate(DRAWN)) > 2
    assert page.locator("figure.drawn tbody tr").count() >= 3
    assert chart.bounding_box()["y"] < page.locator("figure.drawn table").bounding_box()["y"]
    assert page.evaluate(OVERFLOW) <= 0


def test_the_interval_of_a_forecast_is_drawn_as_a_band(desk, seasons):
    desk.goto(f"{seasons}/vi/board/units/00004")
    chart = desk.locator("#online_share figure.drawn .chart")
    chart.locator("canvas").wait_for()
    half_seen = [int(colour.rsplit(",", 1)[1]) for colour in chart.evaluate(DRAWN)]
    assert any(45 <= each <= 70 for each in half_seen)  # 0.22 of 255
    assert desk.locator("#online_share .key .line-likely").is_visible()


@pytest.mark.drill
@pytest.mark.parametrize(("path", "language"), pairs(KINDS, LANGUAGES))
def test_a_quantile_and_a_figure_that_is_not_complete_fit_a_phone_and_a_desk(phone, desk, seasons, language, path):
    for page in (phone, desk):
        page.goto(f"{seasons}/{language}{path}")
        assert page.evaluate(OVERFLOW) <= 0
    assert 0 == desk.locator("table.amounts svg.meter").count()
