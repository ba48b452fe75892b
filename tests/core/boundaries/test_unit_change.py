"""A change of units is read, and what cannot be is refused with file, line and what to do."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from pilotkit import DataError, Deployment
from pilotkit.places import read_change

HEADER = "code,valid_from,successor,since,share,name,kind,parent,head,office,points,takes_cases,reference,certainty\n"
SPLIT = (
    "PA-01,,PA-07,2025-08-01,0.5,Q,quarter,,,,,,charter,high\nPA-01,,PA-08,2025-08-01,0.5,R,quarter,,,,,,charter,high\n"
)
MERGE = "PA-01,,PA-07,2025-08-01,1,Quays,quarter,,,,,,charter,high\n"


def test_a_change_names_who_ends_and_who_takes_over(town: Deployment, reform: Path) -> None:
    change = read_change(town.catalog, reform)
    assert (date(2025, 8, 1), False) == (change.since, change.is_recorded)
    assert ["PA-01", "PA-02", "PA-03", "PA-04"] == list(change.ended)
    assert ["Two Quays", "Lighthouse", "Hill Farms", "Mill"] == [unit.name for unit in change.made.values()]
    assert ["PA-01", "PA-02"] == change.before("PA-03")
    assert [Fraction(1)] * 3 + [Fraction(3, 5), Fraction(2, 5)] == [each.share for each in change.successions()]


def test_what_cannot_be_divided_goes_with_its_point_or_to_the_larger_part(town: Deployment, reform: Path) -> None:
    change = read_change(town.catalog, reform)
    assert ("PA-04", "PA-06") == (change.taker("PA-04").code, change.taker("PA-04", "kiosk-3").code)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("", r"change\.csv: holds no change"),
        ("PA-09,,PA-07,2025-08-01,1,Q,quarter,,,,,,charter,high\n", r"line 2: code: 'PA-09' is no unit"),
        (
            "PA-01,2025-01-01,PA-07,2025-08-01,1,Q,quarter,,,,,,charter,high\n",
            r"line 2: valid_from: says 2025-01-01, but code 'PA-01' names North Quay since 2024-01-01",
        ),
        (
            "PA-01,,PA-07,2024-01-01,1,Q,quarter,,,,,,charter,high\n",
            r"line 2: since: is 2024-01-01, but North Quay exists only from 2024-01-01 on",
        ),
        (MERGE + "PA-02,,PA-07,2025-08-02,1,Quays,quarter,,,,,,charter,high\n", r"line 3: since: is 2025-08-02"),
        ("PA-01,,PA-02,2025-08-01,1,Q,quarter,,,,,,charter,high\n", r"line 2: successor: has the code of South Quay"),
        (MERGE + "PA-02,,PA-07,2025-08-01,1,Docks,quarter,,,,,,charter,high\n", r"line 3: name: is 'Docks', where"),
        (MERGE + MERGE, r"line 3: successor: takes over from 'PA-01' twice"),
        ("PA-01,,PA-07,2025-08-01,0.5,Q,quarter,,,,,,charter,high\n", r"line 2: share: .* take 1/2"),
        (
            SPLIT.replace("0.5", "0.6"),
            r"line 3: share: the successors of 'PA-01' take 6/5",
        ),
        ("PA-01,,PA-07,2025-08-01,nearly,Q,quarter,,,,,,charter,high\n", r"change\.csv line 2: share"),
        (
            SPLIT,
            r"line 3: takes_cases: is said of no successor of 'PA-01', and none has the largest share",
        ),
        ("PA-01,,PA-07,2025-08-01,1,Q,quarter,PZ,,,,,charter,high\n", r"line 2: parent: 'PZ' is no province here"),
        ("PA-01,,PA-07,2025-08-01,1,Q,quarter,,,,kiosk-2,,charter,high\n", r"line 2: points: names 'kiosk-2', which"),
        ("PA-01,,PA-07,2025-08-01,1,Q,quarter,,,,kiosk-9,,charter,high\n", r"points: names 'kiosk-9', which is not"),
        ("PA,,PB,2025-08-01,1,Port Beryl,municipality,,,,,,charter,high\n", r"line 2: successor: gives the province"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_line(town: Deployment, tmp_path: Path, rows: str, says: str) -> None:
    path = tmp_path / "change.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    with pytest.raises(DataError, match=says):
        read_change(town.catalog, path)


def test_a_file_that_is_not_there_is_named(town: Deployment, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.csv: is missing"):
        read_change(town.catalog, tmp_path / "gone.csv")
