"""The page that compares: a ranking, and beside it what is not ranked."""

import re

from pilotkit.testing.sample_deployment import tiny_file


def test_the_units_are_ranked_by_their_exact_share(board):
    rows = board.rows("/en/board/comparison?kpi=online_share")
    shares = [float(re.search(r"([\d.]+)%", row)[1]) for row in rows]
    assert 4 == len(rows)
    assert sorted(shares, reverse=True) == shares
    assert ["1", "2", "3", "4"] == [row.split()[0] for row in rows]


def test_the_page_says_what_all_ranked_have_in_common(board):
    page = board.get("/en/board/comparison?kpi=online_share").words
    catalog = board.deployment.catalog
    assert f"online_share@{catalog.kpi('online_share').definition_hash}" in page
    assert catalog.location_version in page
    assert "received from 1 Jul 2025" in page
    assert "complete to 100.0%" in page


def test_units_with_a_kiosk_are_not_ranked_with_units_without_one(board):
    page = board.get("/en/board/comparison?kpi=online_share&means=kiosk&like=PA-01").words
    assert "2 units are not ranked" in page
    assert 2 == page.count("has no kiosk, unlike those that are ranked")
    other = board.get("/en/board/comparison?kpi=online_share&means=kiosk&like=PA-03").words
    assert 2 == other.count("has a kiosk, unlike those that are ranked")


def test_a_target_that_is_due_on_another_day_is_not_ranked_with_the_others(make_board):
    old = "online_share,PA-02,warden-02,60,2025-07-01,2025-07-31"
    board = make_board(tiny_file("local/targets.csv", (old, old.replace("2025-07-31", "2025-07-15"))))
    page = board.get("/en/board/comparison?kpi=online_share").words
    assert "1 unit is not ranked" in page
    assert "South Quay" in page.partition("1 unit is not ranked")[2]
    assert "as of another date" in page


def test_before_the_first_case_nothing_is_ranked_and_nothing_is_0(board):
    page = board.get("/en/board/comparison?kpi=online_share&as_of=2025-06-30").words
    assert "There is nothing to rank" in page
    assert "4 units are not ranked" in page
    assert re.search(r"fewer than \d+ cases", page)
    assert "0.0%" not in page


def test_what_is_not_there_is_said(board):
    assert 404 == board.get("/en/board/comparison?kpi=nothing").status
    assert 404 == board.get("/en/board/comparison?kpi=online_share&like=XX").status
