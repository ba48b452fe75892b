"""``index``, ``cost`` and the formulas of ``kpi``, as a person or a script meets them."""

import json
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from pilotkit.cli.app import run

HANOI = Path(__file__).parents[3] / "examples" / "hanoi"
HEADER = "unit,input,numerator,denominator,as_of,source\n"
REPORTED = HEADER + "01,electronic_results,1,2,2025-07-01,portal\n"


@pytest.fixture
def capital(tmp_path: Path) -> Path:
    folder = tmp_path / "hanoi"
    copytree(HANOI, folder, ignore=ignore_patterns("var"))
    (folder / "local/index_inputs.csv").write_text(REPORTED, encoding="utf-8")
    return folder


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = run([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_the_index_says_its_points_what_they_are_of_and_what_is_missing(capital: Path, capsys) -> None:
    code, told, _ = answer(capsys, "index", capital, "--as-of", "2025-07-28", "--json")
    (index,) = json.loads(told)
    assert (0, "vn.766", "01", "2025-07-28", 100) == (
        code, index["index"], index["unit"], index["as_of"], index["maximum"],
    )  # fmt: skip
    results = next(each for each in index["formulas"] if each["id"] == "vn.766.electronic_results")
    assert (3.0, 6.0, []) == (results["points"], results["maximum"], results["missing"])
    assert {"origin": "reported", "source": "portal", "numerator": 1, "denominator": 2}.items() <= results["inputs"][
        0
    ].items()
    assert any(each["points"] is None and each["missing"] for each in index["formulas"])


def test_a_person_reads_points_of_what_is_covered_never_of_all(capital: Path, capsys) -> None:
    code, told, said = answer(capsys, "index", capital, "--as-of", "2025-07-28")
    assert (0, True, True) == (code, "3.00 / 6" in told, "measurable" in told)
    assert "covers" in said
    assert "of 100 points" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("--unit", "99999"), "99999"), (("--as-of", "soon"), "'soon' is not a date like 2025-07-30.")],
)
def test_an_index_of_what_is_not_there_is_refused_in_words(capital: Path, capsys, arguments, says: str) -> None:
    code, told, said = answer(capsys, "index", capital, *arguments)
    assert (True, "", True) == (code != 0, told, says in said)


def test_before_the_index_was_in_force_there_is_none(capital: Path, capsys) -> None:
    (capital / "local/index_inputs.csv").write_text(HEADER, encoding="utf-8")
    code, told, said = answer(capsys, "index", capital, "--as-of", "2021-01-01")
    assert (0, "") == (code, told)
    assert "No plugin of this deployment brings an index that is in force." in said


def test_costs_are_told_with_the_hour_they_follow_from(capital: Path, capsys) -> None:
    code, told, said = answer(capsys, "cost", capital)
    assert (0, True) == (code, "1.001193" in told)
    assert ("A year of all:" in said, "vn.hour-2023" in said) == (True, True)
    code, told, _ = answer(capsys, "cost", capital, "--json")
    costs = json.loads(told)
    assert (0, {"VND"}) == (code, {each["currency"] for each in costs})
    assert all(
        each["case_saved"] == pytest.approx(1 - each["case"]["after"] / each["case"]["before"]) for each in costs
    )


def test_kpi_lists_formulas_with_their_points_where_all_cases_are_asked_together(capital: Path, capsys) -> None:
    _, told, said = answer(capsys, "kpi", capital, "--as-of", "2025-07-28")
    assert ("3.00 / 6" in told, "pilotkit index" in said) == (True, True)
    _, told, _ = answer(capsys, "kpi", capital, "--as-of", "2025-07-28", "--json")
    formulas = {each["kpi"]: each for each in json.loads(told) if each["statistic"] == "formula"}
    assert (3.0, 6.0, "vn.766") == tuple(
        formulas["vn.766.electronic_results"][name] for name in ("points", "maximum", "index")
    )
    assert formulas["vn.766.petitions_on_time"]["points"] is None
    _, told, _ = answer(capsys, "kpi", capital, "--by", "month", "--json")
    assert "formula" not in {each["statistic"] for each in json.loads(told)}
