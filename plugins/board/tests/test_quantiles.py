"""A quantile is shown wherever a share is, in its own unit: never as a percentage, and never as two counts."""

import csv
import io

import pytest

from pilotkit.figures import Measures
from pilotkit.testing.sample_deployment import TOWN

KPIS = "model/kpis/kpis.yaml"
MORE = """
- id: median_minutes
  name: {en: Median working time, vi: Thời gian xử lý trung vị}
  question: {en: How long does half of the cases take at most?, vi: Một nửa số hồ sơ mất tối đa bao lâu?}
  numerator_name: {en: working time, vi: thời gian xử lý}
  denominator_name: {en: finished cases, vi: hồ sơ đã xong}
  statistic: quantile
  value: working_minutes
  fraction: 0.5
  unit: minutes
  direction: down
  denominator: is_finished
  board: 0
  reference: charter
  certainty: high
- id: open_points
  name: {en: Open points, vi: Điểm đang mở}
  question: {en: How many points are open?, vi: Bao nhiêu điểm đang mở?}
  numerator_name: {en: open points, vi: điểm đang mở}
  denominator_name: {en: points, vi: điểm}
  of: points
  numerator: status = 'open'
  reference: charter
  certainty: high
"""


@pytest.fixture(scope="module")
def board(share_board):
    return share_board({KPIS: (TOWN / KPIS).read_text(encoding="utf-8") + MORE})


def values(board, **asked):
    measures = Measures(board.deployment)
    return measures.values(["median_minutes"], as_of=measures.present(), **asked)


def test_the_first_row_of_the_board_shows_it_in_its_unit(board):
    page = board.get("/en/board?as_of=2025-07-28").words
    whole = values(board)[0]
    assert f"Median working time {whole.amount:,} minutes" in page
    assert f"of {whole.denominator} finished cases" in page


def test_the_measure_says_its_value_and_how_it_is_counted(board):
    whole, page = values(board)[0], board.get("/en/board/kpis/median_minutes").words
    assert f"{whole.amount:,} minutes of {whole.denominator} finished cases" in page
    assert "Value working time: the median working_minutes" in page
    assert "%" not in page.partition("By month")[2].partition("How it is counted")[0]


def test_in_vietnamese_too(board):
    assert "phút của" in board.get("/vi/board/kpis/median_minutes").words


def test_each_group_shows_its_own(board):
    rows = board.rows("/en/board/kpis/median_minutes")
    months = {value.month: value for value in values(board, by="month") if value.month}
    for month, value in months.items():
        shown = f"{int(month[5:])}/{month[:4]} {value.denominator} {value.amount:,} minutes"
        assert any(row.startswith(shown) for row in rows), rows


def test_the_units_are_ranked_by_it_and_the_shortest_is_first(board):
    rows = board.rows("/en/board/comparison?kpi=median_minutes")
    by_unit = sorted(value.amount for value in values(board, by="unit") if value.unit and value.is_measurable)
    assert by_unit
    assert [f"{amount:,} minutes" for amount in by_unit] == [
        row[row.index(f"{amount:,} minutes") :].strip() for row, amount in zip(rows, by_unit, strict=True)
    ]


def test_its_cases_have_one_part(board):
    whole, page = values(board)[0], board.get("/en/board/cases?kpi=median_minutes")
    assert 200 == page.status
    assert f"{whole.denominator} finished cases" in page.words
    assert "other cases" not in page.words


def test_the_rows_of_another_table_are_shown_under_their_columns(board):
    page = board.get("/en/board/cases?kpi=open_points&part=denominator")
    assert 200 == page.status
    assert "certainty" in page.words
    assert all(point in page.words for point in board.deployment.catalog.points)


@pytest.mark.parametrize("sheet", ["measure", "comparison"])
def test_a_file_has_the_amount_and_no_share(board, sheet):
    rows = lines(board, f"/en/board/export/{sheet}.csv?kpi=median_minutes")
    assert rows
    assert {("", "", "minutes")} == {(row["numerator"], row["percent"], row["measured_in"]) for row in rows}
    assert any(row["amount"].isdigit() for row in rows)
    assert "0.5 quantile of (working_minutes) / (is_finished)" == rows[0]["about_counted_median_minutes"]


def test_the_rows_of_another_table_can_be_taken_away(board):
    rows = lines(board, "/en/board/export/cases.csv?kpi=open_points&part=denominator")
    assert set(board.deployment.catalog.points) == {row["point"] for row in rows}


def lines(board, path):
    answer = board._client.get(path)
    assert 200 == answer.status_code, answer.text[:300]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
