import re

from pilotkit.testing.contract import contract_problems


def test_the_plugin_keeps_the_contract(tmp_path):
    assert () == contract_problems("board", tmp_path)


def test_the_board_stands_in_the_header_in_each_language(board):
    for language, label in (("en", "Targets"), ("vi", "Chỉ tiêu")):
        page = board.get(f"/{language}/board").html
        assert re.search(rf'href="/{language}/board" aria-current="page">{label}<', page)


def test_vietnamese_pages_keep_no_english_sentence(board):
    for path in ("", "/units/PA-03", "/kpis/on_time", "/cases?kpi=on_time&part=rest"):
        page = board.get(f"/vi/board{path}")
        assert page.status == 200
        assert not re.search(r"Figures as of|Needs attention|Definition|of them|Press a number|days left", page.words)


def test_vietnamese_figures_are_written_the_vietnamese_way(board):
    page = board.get("/vi/board").words
    assert re.search(r"\d,\d%", page)
    assert "17:00 28/7/2025" in page
