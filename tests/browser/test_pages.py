"""Every page fits a phone, can be touched and typed to, and loads nothing that it should not."""

from itertools import pairwise

import pytest
from tests.drill import pairs

PATHS = [
    "",
    "/procedures?q=khai+sinh+cho+con",
    "/procedures?q=kh%C3%B4ng+c%C3%B3+g%C3%AC+c%E1%BA%A3+zzz",
    "/procedures?page=2",
    "/procedures/1.001193",
    "/points",
    "/points?unit=00004",
    "/points/point-00004",
    "/help",
    "/sources",
    "/nowhere",
]
LIGHT = ["", "/procedures/1.001193", "/points", "/procedures", "/help"]
LANGUAGES = ["vi", "en"]
BUDGET = 150 * 1024
"""Bytes that a citizen's page may weigh, pictures apart."""

WIDER = """() => [...document.querySelectorAll('body *')]
    .filter(each => each.checkVisibility() && each.getBoundingClientRect().right > innerWidth + 0.5)
    .filter(each => !each.closest('.hidden, .scroll, .map'))
    .map(each => each.outerHTML.slice(0, 120))"""
SMALL = """() => [...document.querySelectorAll('a, button, summary, select, input:not([type=hidden])')]
    .filter(each => each.checkVisibility() && !each.closest('.skip'))
    .map(each => [each.getBoundingClientRect(), each])
    .filter(([box]) => box.width > 0 && box.height < 43.5)
    .map(([box, each]) => `${Math.round(box.height)}: ${each.outerHTML.slice(0, 100)}`)"""


@pytest.mark.drill
@pytest.mark.parametrize(("path", "language"), pairs(PATHS, LANGUAGES))
def test_a_phone_shows_it_whole_and_a_thumb_can_hit_it(phone, address, language, path):
    phone.goto(f"{address}/{language}{path}")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
    assert [] == phone.evaluate(WIDER)
    assert [] == phone.evaluate(SMALL)


@pytest.mark.parametrize("path", PATHS)
def test_it_loads_without_complaint_and_only_from_here(desk, address, path):
    said, asked = [], []
    desk.on("console", lambda message: said.append(message.text))
    desk.on("pageerror", lambda error: said.append(str(error)))
    desk.on("request", lambda request: asked.append(request.url))
    desk.goto(f"{address}/vi{path}", wait_until="load")
    is_missing = path == "/nowhere"
    assert (
        ["Failed to load resource: the server responded with a status of 404 (Not Found)"] if is_missing else []
    ) == said
    assert [] == [url for url in asked if not url.startswith(address) and not url.startswith("data:")]


@pytest.mark.drill
@pytest.mark.parametrize(("path", "language"), pairs(LIGHT, LANGUAGES))
def test_a_citizen_s_page_is_light(browser, address, language, path):
    sizes = []
    context = browser.new_context()
    page = context.new_page()
    page.on(
        "requestfinished", lambda request: sizes.append((request.resource_type, request.sizes()["responseBodySize"]))
    )
    page.goto(f"{address}/{language}{path}", wait_until="load")
    page.evaluate("document.fonts.ready.then(() => true)")
    context.close()
    assert sum(size for kind, size in sizes if kind != "image") < BUDGET


def test_a_keyboard_reaches_the_field_and_the_answer(desk, address):
    desk.goto(f"{address}/vi")
    desk.keyboard.press("Tab")
    assert "#main" == desk.evaluate("document.activeElement.getAttribute('href')")
    desk.keyboard.press("Enter")
    desk.keyboard.press("Tab")
    assert "q" == desk.evaluate("document.activeElement.name")
    desk.keyboard.type("lam giay khai sinh")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/vi/procedures?q=lam+giay+khai+sinh")
    first = desk.locator(".results a").first
    assert "Đăng ký khai sinh" == first.inner_text()
    first.focus()
    assert desk.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/vi/procedures/1.001193")


def test_the_language_switch_keeps_the_question(desk, address):
    desk.goto(f"{address}/vi/procedures?q=khai+sinh")
    desk.get_by_role("link", name="English").click()
    desk.wait_for_url("**/en/procedures?q=khai+sinh")
    assert "khai sinh" == desk.locator("#q").input_value()


def test_a_phone_opens_the_menu_without_a_script(phone, address):
    phone.goto(f"{address}/vi")
    link = phone.locator(".menu nav a", has_text="Điểm phục vụ")
    assert not link.is_visible()
    phone.locator(".menu summary").tap()
    link.tap()
    phone.wait_for_url("**/vi/points")


def test_the_typeface_comes_from_here_where_it_was_built(desk, address):
    desk.goto(f"{address}/vi", wait_until="networkidle")
    if not desk.locator('link[href*="fonts.css"]').count():
        pytest.skip("the typeface was not built: npm ci --prefix toolkit/assets && node toolkit/assets/build.mjs")
    loaded = desk.evaluate("[...document.fonts].filter(each => each.status === 'loaded').map(each => each.weight)")
    assert {"400", "600"} == set(loaded)


def test_headings_do_not_skip_a_level(desk, address):
    for path in PATHS:
        desk.goto(f"{address}/vi{path}")
        levels = desk.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(each => +each.tagName[1])")
        assert 1 == levels[0], path
        assert all(after - before <= 1 for before, after in pairwise(levels)), path


@pytest.mark.parametrize("path", PATHS)
def test_everything_has_a_name_for_who_cannot_see_it(desk, address, nameless, path):
    desk.goto(f"{address}/vi{path}")
    assert [] == nameless(desk)


def test_points_on_a_map_are_as_large_on_a_phone_as_on_a_desk(phone, desk, address):
    for page in (phone, desk):
        page.goto(f"{address}/vi/points")
        dot = page.locator(".map .branch path:not(.rim)").first
        assert "13px" == dot.evaluate("each => getComputedStyle(each).strokeWidth")
        assert "non-scaling-stroke" == dot.evaluate("each => getComputedStyle(each).vectorEffect")
