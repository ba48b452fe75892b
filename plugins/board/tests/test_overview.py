import re
from datetime import UTC, datetime

import pytest

from pilotkit import Channel
from pilotkit.cases import Application
from pilotkit.casework.case_service import CaseService
from pilotkit.storage.store import Store

TARGETS = "kpi,unit,head,goal,assigned,due,also_reported,also_reference,reference,certainty\n"


@pytest.mark.parametrize("unit", ["PA-01", "PA-02", "PA-03", "PA-04"])
def test_a_units_row_says_what_an_independent_count_says(board, unit):
    online = board.counted(f"{board.july} AND unit = :unit AND channel = 'online'", unit=unit)
    received = board.counted(f"{board.july} AND unit = :unit", unit=unit)
    name = board.deployment.catalog.unit(unit).name
    (row,) = [row for row in board.rows("/en/board") if name in row]
    assert f"{online} / of {received} {online * 100 / received:.1f}%" in row


def test_the_first_row_is_of_the_whole_province(board):
    online, received = board.counted(f"{board.july} AND channel = 'online'"), board.counted(board.july)
    assert f"{online * 100 / received:.1f} %" in board.get("/en/board").words
    assert f"{online} of {received} cases received" in board.get("/en/board").words


def test_a_measure_without_a_target_for_the_province_still_has_its_figure_there(board):
    end = board.micros(2025, 7, 28, 17)
    finished = f"{board.july} AND finished_at <= {end} AND due_at IS NOT NULL"
    in_time, all_finished = board.counted(f"{finished} AND finished_at <= due_at"), board.counted(finished)
    page = board.get("/en/board").words
    assert f"{in_time} of {all_finished} finished cases with a deadline" in page
    assert "a goal for each unit, none for all together" in page


def test_the_worst_unit_comes_first(board):
    shares = [float(re.search(r"(\d+\.\d)%", row)[1]) for row in board.rows("/en/board")]
    assert sorted(shares) == shares
    assert len(shares) == 4


def test_each_row_names_the_head_who_answers(board):
    assert all("Warden of" in row for row in board.rows("/en/board"))


def test_another_measure_is_one_link_away(board):
    assert "kpi=on_time#units" in board.get("/en/board").html
    page = board.get("/en/board?kpi=on_time").words
    assert "Against the goal of 95%" in page


def test_a_conflicting_goal_is_kept_beside_with_its_source(board):
    page = board.get("/en/board").words
    assert "Another report names at least 55% as the goal. Invented for this example" in page
    assert "Against the goal of 60%" in page


def test_the_board_says_when_under_which_boundaries_and_how_it_counts(board):
    page, catalog = board.get("/en/board").words, board.deployment.catalog
    assert "Figures as of 17:00 28 Jul 2025" in page
    assert f"4 units {catalog.location_version}" in page
    assert f"online_share@{catalog.kpi('online_share').definition_hash}" in page


def test_simulated_figures_say_so(board):
    assert "These cases were made up" in board.get("/en/board").words


def test_an_earlier_day_shows_what_was_known_then(board):
    until = f"received_at >= {board.micros(2025, 7, 1)} AND received_at < {board.micros(2025, 7, 11)}"
    online, received = board.counted(f"{until} AND channel = 'online'"), board.counted(until)
    page = board.get("/en/board?as_of=2025-07-10").words
    assert f"{online} of {received} cases received" in page
    assert "Figures as of 23:59 10 Jul 2025" in page
    assert "21 days left" in page


def test_a_day_that_has_not_come_shows_the_newest_figures(board):
    assert "Figures as of 17:00 28 Jul 2025" in board.get("/en/board?as_of=9999-12-31").words


def test_the_language_switch_keeps_what_is_looked_at(board):
    page = board.get("/en/board?kpi=on_time&as_of=2025-07-10").html
    assert 'href="/vi/board?kpi=on_time&amp;as_of=2025-07-10"' in page


def test_too_few_cases_are_not_measurable_and_never_nought(make_board):
    board = make_board(
        {"local/targets.csv": f"{TARGETS}on_time,PA-01,,95,2025-07-28,2025-07-31,,,charter,high\n"}, days=3
    )
    (row,) = board.rows("/en/board")
    assert "too few cases" in row
    assert "Cannot be measured yet" in row
    assert "%" not in row.replace("95%", "")
    assert "1 unit cannot be measured yet" in board.get("/en/board").words


def test_after_the_due_date_a_target_is_met_or_missed(make_board):
    goals = {"PA-01": 1, "PA-02": 99}
    rows = [f"online_share,{unit},,{goal},2025-07-01,2025-07-20,,,charter,high\n" for unit, goal in goals.items()]
    board = make_board({"local/targets.csv": TARGETS + "".join(rows)})
    first, second = board.rows("/en/board")
    assert ("South Quay", "Missed") == (first[:10], first.split()[-1])
    assert ("North Quay", "Met") == (second[:10], second.split()[-1])
    assert "8 days past its due date" in board.get("/en/board").words


def test_many_units_show_the_worst_first_and_the_rest_behind_one_press(make_board):
    units = "".join(f"zz,PA-{n:02},2024-01-01,Quarter {n},quarter,commune,PA,,,,\n" for n in range(1, 41))
    targets = "".join(f"online_share,PA-{n:02},,60,2025-07-01,2025-07-31,,,charter,high\n" for n in range(1, 41))
    board = make_board(
        {
            "local/units.csv": "scheme,code,valid_from,name,kind,level,parent,latitude,longitude,area_km2,population\n"
            f"zz,PA,2024-01-01,Port Amber,municipality,province,,,,,\n{units}",
            "local/targets.csv": TARGETS + targets,
        },
        days=5,
    )
    page = board.get("/en/board")
    assert len(board.rows("/en/board")) == 40
    assert "20 more units" in page.words
    assert "nobody is named yet" in page.words


def test_without_targets_the_board_says_where_to_write_them(make_board):
    page = make_board({"local/targets.csv": TARGETS}).get("/en/board")
    assert page.status == 200
    assert "Nobody has been given a target yet" in page.words
    assert "local/targets.csv" in page.words


def test_a_target_of_the_province_alone_says_so(make_board):
    only = f"{TARGETS}online_share,PA,mayor,60,2025-07-01,2025-07-31,,,charter,high\n"
    assert "Only the whole province has this target" in make_board({"local/targets.csv": only}).get("/en/board").words


@pytest.mark.parametrize("path", ["", "/units/PA-01", "/kpis/online_share", "/cases?kpi=online_share"])
def test_before_the_first_case_the_board_says_what_to_do(make_board, path):
    page = make_board(days=0).get(f"/en/board{path}")
    assert page.status == 200
    assert "There are no cases yet" in page.words
    assert "pilotkit simulate" in page.words


def test_where_less_is_better_the_highest_share_comes_first(make_board):
    counter = (
        "- {id: counter_share, name: {en: At the counter}, question: {en: How many came?}, direction: down, board: 1,\n"
        "   numerator_name: {en: at the counter}, denominator_name: {en: cases}, numerator: channel = 'in_person',\n"
        "   reference: charter, certainty: high}\n"
    )
    targets = [f"counter_share,PA-0{n},,50,2025-07-01,2025-12-31,60,invented,charter,high\n" for n in (1, 2, 3, 4)]
    changed = {
        "model/kpis/kpis.yaml": counter,
        "model/kpis/goals.yaml": "[]",
        "local/targets.csv": TARGETS + "".join(targets),
    }
    board = make_board(changed)
    shares = [float(re.search(r"(\d+\.\d)%", row)[1]) for row in board.rows("/en/board")]
    assert sorted(shares, reverse=True) == shares
    assert "Another report names at most 60%" in board.get("/en/board").words
    assert re.search(r"at most \d+% of the cases from now on", board.get("/en/board/units/PA-01").words)


def test_real_cases_are_counted_as_they_come_and_not_called_simulated(make_board, tmp_path):
    board = make_board(days=0)
    store = Store(board.deployment.settings.storage.url, board.deployment.folder)
    casework = CaseService(board.deployment, store, clock=lambda: datetime(2025, 7, 28, 12, 30, 1, 500, tzinfo=UTC))
    page = "/en/board"
    assert "There are no cases yet" in board.get(page).words
    for channel in (Channel.ONLINE, Channel.IN_PERSON):
        casework.receive(Application(procedure="ZZ-101", channel=channel, unit="PA-01", actor="citizen"))
    store.close()
    assert "1 of 2 cases received" in board.get(page).words
    assert "made up" not in board.get(page).words
    assert "Figures as of 20:00 28 Jul 2025" in board.get(page).words
