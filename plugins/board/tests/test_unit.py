import re


def test_a_unit_names_its_head_and_whom_the_head_reports_to(board):
    page = board.get("/en/board/units/PA-03").words
    assert "Warden of Lighthouse answers for these figures, and reports to: Mayor of Port Amber." in page


def test_a_unit_shows_every_target_with_goal_and_due_date(board):
    page = board.get("/en/board/units/PA-03")
    assert ["on_time", "online_share"] == sorted(
        re.findall(r'<section class="target [a-z_]+" id="([a-z_]+)"', page.html)
    )
    assert "goal 60%" in page.words
    assert "goal 95%" in page.words
    assert page.words.count("Due 31 Jul 2025 · 3 days left") == 2


def test_a_conflicting_goal_stands_only_where_it_was_reported(board):
    assert "Another report names at least 55%" in board.get("/en/board/units/PA-03").words
    assert "Another report" not in board.get("/en/board/units/PA-01").words


def test_a_measure_without_a_goal_is_counted_over_the_same_days(board):
    july = f"received_at >= {board.micros(2025, 7, 1)} AND unit = 'PA-01'"
    whole, received = board.counted(f"{july} AND whole_process"), board.counted(july)
    (row,) = board.rows("/en/board/units/PA-01")
    assert f"{whole} / of {received}" in row


def test_the_province_is_all_its_units_together(board):
    july = f"received_at >= {board.micros(2025, 7, 1)}"
    online, received = board.counted(f"{july} AND channel = 'online'"), board.counted(july)
    page = board.get("/en/board/units/PA").words
    assert f"{online} filed online of {received} cases received" in page


def test_a_unit_counts_its_service_points(board):
    here = [point for point in board.deployment.catalog.points.values() if point.unit == "PA-01"]
    found = re.search(
        r"Where people are served (.*?) Municipality|Where people are served (.*)",
        board.get("/en/board/units/PA-01").words,
    )
    numbers = [
        int(n) for n in re.findall(r"(\d+) (?:centre|branch|commune point|kiosk|mobile team|hotline desk)", found[0])
    ]
    assert len(here) == sum(numbers)


def test_a_kiosk_that_is_planned_is_not_counted_as_one_that_serves(board):
    words = board.get("/en/board/units/PA-04").words.partition("Where people are served")[2]
    assert "1 commune point Planned, not open yet 1 kiosk" in words


def test_a_unit_without_targets_still_shows_what_is_measured(make_board):
    board = make_board(
        {"local/targets.csv": "kpi,unit,head,goal,assigned,due,also_reported,also_reference,reference,certainty\n"}
    )
    page = board.get("/en/board/units/PA-01").words
    assert "This unit has no target" in page
    assert len(board.rows("/en/board/units/PA-01")) == 3


def test_a_head_reads_what_it_takes_to_get_there(make_board):
    targets = (
        "kpi,unit,head,goal,assigned,due,also_reported,also_reference,reference,certainty\n"
        "online_share,PA-01,warden-01,40,2025-07-01,2025-09-30,,,charter,high\n"
        "online_share,PA-02,warden-02,99,2025-07-01,2025-07-31,,,charter,high\n"
    )
    board = make_board({"local/targets.csv": targets})
    assert re.search(r"What it takes at least \d+% of the cases from now on", board.get("/en/board/units/PA-01").words)
    assert "The goal can no longer be reached" in board.get("/en/board/units/PA-02").words
