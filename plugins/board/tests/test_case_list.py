import re
from html import unescape

import pytest

PAGES = [
    "/en/board",
    "/en/board?kpi=on_time&as_of=2025-07-15",
    "/en/board/units/PA-02",
    "/en/board/units/PA",
    "/en/board/kpis/on_time",
]


def links(page):
    return [
        (unescape(url), int(text.replace(",", "")))
        for url, text in re.findall(r'href="([^"]*/board/cases\?[^"]*)">([\d,]+)<', page.html)
    ]


def codes(page):
    return re.findall(r'class="who">([^<]+)<small', page.html)


@pytest.mark.parametrize("path", PAGES)
def test_every_number_opens_exactly_as_many_cases(board, path):
    found = links(board.get(path))
    assert len(found) >= 6
    for url, number in found:
        page = board.get(url)
        assert page.status == 200
        heading = re.search(r"<h1>([\d,]+)", page.html)[1]
        assert number == int(heading.replace(",", ""))
        assert min(number, 50) == len(codes(page))


def test_the_pages_of_a_list_show_every_case_once(board):
    first = board.get("/en/board/cases?kpi=online_share")
    total = board.counted("1")
    pages = [codes(board.get(f"/en/board/cases?kpi=online_share&page={n}")) for n in range(1, total // 50 + 2)]
    seen = [code for page in pages for code in page]
    assert total == len(seen) == len(set(seen))
    assert f"Cases 1 to 50 of {total}" in first.words


def test_a_page_beyond_the_last_is_the_last(board):
    page = board.get("/en/board/cases?kpi=online_share&unit=PA-01&page=999999")
    assert page.status == 200
    assert re.search(r"Page (\d+) of \1 ", page.words)


def test_the_parts_of_a_number_add_up(board):
    html = board.get("/en/board/cases?kpi=on_time&part=rest").html
    numerator, rest, whole = (int(n.replace(",", "")) for n in re.findall(r"<b>([\d,]+)</b> [a-z]", html))
    assert numerator + rest == whole


def test_what_is_not_on_time_is_marked_late(board):
    rows = board.rows("/en/board/cases?kpi=on_time&part=rest")
    assert rows
    assert all("Late" in row for row in rows)


def test_a_list_narrowed_to_a_procedure_or_a_month_counts_only_those(board):
    page = board.get("/en/board/cases?kpi=online_share&procedure=ZZ-102&month=2025-07")
    count = board.counted("procedure = 'ZZ-102' AND received_at >= :july", july=1_751_328_000_000_000)
    assert f"{count} cases received" in page.words
    assert "Certified copy" in page.words


def test_a_list_of_one_unit_does_not_repeat_it_in_every_row(board):
    assert "Unit that decides" not in board.get("/en/board/cases?kpi=online_share&unit=PA-01").words
    assert "Unit that decides" in board.get("/en/board/cases?kpi=online_share").words
    assert "Unit that decides" in board.get("/en/board/cases?kpi=online_share&unit=PA").words


def test_an_empty_list_says_what_to_do(board):
    page = board.get("/en/board/cases?kpi=online_share&as_of=2025-01-01")
    assert page.status == 200
    assert "There are no such cases" in page.words
