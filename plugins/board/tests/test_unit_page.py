import re
from datetime import date

from pilotkit import Deployment
from pilotkit.figures import Measures


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


def test_a_code_that_is_used_again_never_shows_the_figures_of_its_former_unit(make_board):
    before = make_board()
    local = before.deployment.folder / "local"

    def rewrite(name, change):
        (local / name).write_text("\n".join(change((local / name).read_text().splitlines())) + "\n")

    ended = ("zz,PA-03", "zz,PA-04")
    rewrite("units.csv", lambda rows: [
        f"{rows[0]},valid_to", *(f"{row},{'2025-07-10' if row.startswith(ended) else ''}" for row in rows[1:]),
        "zz,PA-05,2025-07-11,New Five,quarter,commune,PA,1.51,-30.46,12,3000,",
        "zz,PA-04,2025-07-11,New Four,quarter,commune,PA,1.47,-30.55,15,5000,",
    ])  # fmt: skip
    (local / "successions.csv").write_text(
        "scheme,code,valid_from,since,successor,share,reference,certainty\n"
        "zz,PA-04,2024-01-01,2025-07-11,PA-05,1,charter,high\nzz,PA-03,2024-01-01,2025-07-11,PA-04,1,charter,high\n"
    )
    former = "online_share,PA-04,warden-04,60,2025-07-01,2025-07-05,,,charter,high,2024-01-01"
    gone = (",PA-03,", ",PA-04,")
    rewrite("targets.csv", lambda rows: [
        f"{rows[0]},unit_from", *(f"{row}," for row in rows[1:] if not any(each in row for each in gone)), former,
    ])  # fmt: skip
    for name in ("points.csv", "heads.csv", "staff.csv"):
        rewrite(name, lambda rows: [row.replace("PA-03", "PA-05") for row in rows])
    board = type(before)(Deployment(local.parent))
    values = Measures(board.deployment).values(["online_share"], by="unit", since=date(2025, 7, 1))
    new = next(each for each in values if each.unit == "PA-04")
    (row,) = (each for each in board.rows("/en/board/comparison?kpi=online_share") if "New Four" in each)
    assert f"{new.numerator} / of {new.denominator}" in row
    assert "This unit has no target" in board.get("/en/board/units/PA-04").words
