"""The line of a target goes on to the due date exactly as the outlook says."""

from datetime import date, timedelta

from pilotkit.figures import Measures
from pilotkit_board.target_chart import line_of

LAST = date(2025, 7, 28)


def standing(board, unit="PA-01", kpi="online_share"):
    found = Measures(board.deployment).standings()
    return next(each for each in found if (each.unit.code, each.kpi.id) == (unit, kpi))


def test_the_line_has_the_ten_days_and_those_until_the_due_date(board):
    target = standing(board)
    days = line_of(target, LAST)
    assert [LAST + timedelta(days=each) for each in range(-9, target.days_left + 1)] == [each.day for each in days]
    assert list(target.outlook.trend) == [each.value for each in days[:10]]


def test_it_ends_where_the_outlook_says_and_begins_at_today_s_value(board):
    target = standing(board)
    days = line_of(target, LAST)
    end, outlook = days[-1], target.outlook
    assert {days[9].value} == {days[9].forecast, days[9].best, days[9].worst, days[9].lower, days[9].upper}
    assert (outlook.forecast, outlook.best, outlook.worst) == (end.forecast, end.best, end.worst)
    assert (outlook.lower, outlook.upper) == (end.lower, end.upper)
    assert all(each.worst <= each.lower <= each.forecast <= each.upper <= each.best for each in days[9:])


def test_after_the_due_date_there_is_nothing_ahead(make_board):
    from pilotkit.testing.sample_deployment import tiny_file

    old = "online_share,PA-01,warden-01,60,2025-07-01,2025-07-31"
    board = make_board(tiny_file("local/targets.csv", (old, old.replace("2025-07-31", "2025-07-20"))))
    assert 10 == len(line_of(standing(board), LAST))


def test_the_page_has_the_line_as_a_chart_and_as_a_table(board):
    page = board.get("/en/board/units/PA-01").html
    assert page.count("<table data-chart>") == 2
    roles = [f'data-role="{role}"' for role in ("value", "forecast", "lower", "upper", "best", "worst", "goal")]
    assert all(role in page for role in roles)
    assert "vendor/charts.js" in page or not page.count("<script")
