"""What belongs to the donor is found in another's files, and nothing else is."""

import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit import DataError, Deployment
from pilotkit.packages.archive import unpack
from pilotkit.packages.donor_facts import LocalFact, local_facts
from pilotkit.packages.donor_fingerprints import DonorFingerprints
from pilotkit.packages.donor_leaks import find_donor_leaks
from pilotkit.packages.packing import PackedPackage
from pilotkit.packages.tokenizer import forms_of_figure, forms_of_phone, words_of
from pilotkit.testing import tiny_deployment

OTHER_UNITS = """scheme,code,valid_from,name,kind,level,parent
zz,SP,2024-01-01,Silver Point,municipality,province,
zz,SP-01,2024-01-01,Lighthouse,quarter,commune,SP
"""
OTHER_HEADS = "id,unit,office\nmayor,SP,Mayor of Silver Point\nwarden-03,SP-01,Warden of Lighthouse\n"
NOTHING = dict.fromkeys(f"local/{name}.csv" for name in ("points", "targets", "staff", "figures", "accounts"))


@pytest.fixture
def other(packed: PackedPackage, tmp_path: Path) -> Path:
    """Another town's deployment of the same package, with nothing of the donor's."""
    folder = tiny_deployment(
        tmp_path / "other",
        {
            "local/units.csv": OTHER_UNITS,
            "local/heads.csv": OTHER_HEADS,
            "local/contacts.toml": '[hotline]\nlabel = {en = "Hotline"}\nphone = "777-0200"\n',
            **NOTHING,
        },
        deployment__id="silver-point",
        deployment__province="SP",
        deployment__name={"en": "Silver Point"},
        deployment__tagline=None,
    )
    for path in sorted((folder / "model").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (folder / "model").rmdir()
    unpack(packed.path, folder / "model")
    return folder


def marks_of(*facts: tuple[str, str]) -> DonorFingerprints:
    return DonorFingerprints.of([LocalFact(kind, words_of(text), text) for kind, text in facts], "model", "first")


def found(folder: Path) -> list[tuple[str, str, str, int]]:
    return [(path, left.kind, left.text, left.line) for path, left in find_donor_leaks(Deployment(folder))]


def test_another_deployment_of_the_same_package_is_clean(other: Path) -> None:
    assert found(other) == []


def test_the_donor_itself_has_no_leftovers(donor: Path, packed: PackedPackage, other: Path) -> None:
    (donor / "model/donor-marks.json").write_bytes((other / "model/donor-marks.json").read_bytes())
    assert found(donor) == []


def test_leftovers_are_told_with_file_line_and_kind(other: Path) -> None:
    (other / "ops").mkdir()
    (other / "ops/notes.txt").write_text(
        "hello\nring 555-0100 or ask the\nWarden of  North Quay (quarter North Quay)\n"
    )
    assert found(other) == [
        ("ops/notes.txt", "phone number", "555-0100", 2),
        ("ops/notes.txt", "office", "Warden of North Quay", 3),
        ("ops/notes.txt", "unit name", "quarter North Quay", 3),
    ]


def test_a_name_that_two_provinces_share_is_not_a_leftover(other: Path) -> None:
    (other / "README.md").write_text("The Warden of Lighthouse, quarter Lighthouse")
    assert found(other) == []


def test_a_unit_of_the_donors_in_our_own_table_is_a_leftover(other: Path) -> None:
    (other / "local/units.csv").write_text(OTHER_UNITS + "zz,PA-01,2024-01-01,Quarter North Quay,quarter,commune,PA\n")
    assert ("local/units.csv", "unit name", "Quarter North Quay", 4) in found(other)


def test_common_words_and_bare_names_are_not_marks(other: Path) -> None:
    (other / "README.md").write_text(
        "A lighthouse at the north quay; a service point, a hotline, in 2025, of 3 centres."
    )
    assert found(other) == []


def test_a_name_that_begins_like_the_donors_is_our_own() -> None:
    marks = marks_of(("unit name", "Quarter Old Town"), ("office", "Warden of quarter Old Town"))
    own = [LocalFact("unit name", words_of("Quarter Old Town Hill"), "")]
    ours = marks.for_deployment({"second"}, own)
    assert list(ours.scan("the quarter Old Town Hill")) == []
    assert [left.text for left in ours.scan("the quarter Old Town")] == ["quarter Old Town"]


def test_two_numbers_beside_each_other_are_not_one() -> None:
    marks = DonorFingerprints.of(
        [LocalFact("figure", form, "") for form in forms_of_figure(Decimal(74250))], "model", "first"
    )
    assert list(marks.scan("rooms 74, 250 and 74-250")) == []
    assert [left.text for left in marks.scan("74,250 74.250 74\u00a0250 74250")] == [
        "74,250", "74.250", "74 250", "74250",
    ]  # fmt: skip


def test_two_cells_of_a_table_are_not_one_name() -> None:
    assert list(marks_of(("unit name", "Old Town quarter")).scan("SP-01,Old Town,quarter,commune")) == []


def test_a_decimal_number_is_not_a_code() -> None:
    marks = marks_of(("unit code", "10273"))
    assert list(marks.scan("10.273,105.1 5.10273,10273.5")) == []
    assert [left.line for left in marks.scan("a\n10273,105.1")] == [2]


def test_the_donors_province_made_anew_is_still_the_donor(packed: PackedPackage, donor: Path) -> None:
    settings = donor / "pilot.toml"
    settings.write_text(settings.read_text().replace('id = "port-amber"', 'id = "amber"'))
    (donor / "model").rename(donor.parent / "authored")
    unpack(packed.path, donor / "model")
    assert found(donor) == []


def test_evidence_the_templates_and_the_database_are_not_searched(other: Path) -> None:
    for name in ("model/evidence/x.txt", "model/template/x.txt", "var/x.txt", ".pilot/x.txt"):
        (other / name).parent.mkdir(exist_ok=True)
        (other / name).write_text("555-0100")
    assert found(other) == []


def test_files_that_are_not_text_are_passed_over(other: Path) -> None:
    (other / "picture.png").write_bytes(b"\x89PNG\xff\xfe 555-0100")
    assert found(other) == []


def test_broken_marks_are_an_error_in_the_data(other: Path) -> None:
    for broken in ("{", "[]", '{"format": 2, "package": "x", "donors": {}}', "[" * 100_000):
        (other / "model/donor-marks.json").write_text(broken)
        with pytest.raises(DataError, match=r"model/donor-marks\.json"):
            found(other)


def test_a_package_that_is_handed_on_keeps_the_marks_of_every_donor(donor: Path) -> None:
    first = marks_of(("figure", "74,123"))
    both = DonorFingerprints.of(local_facts(Deployment(donor).catalog), "model", "second", earlier=first)
    assert ["first", "second"] == list(both.file.donors)
    assert [left.text for left in both.scan("74,123 and 555-0100")] == ["74,123", "555-0100"]


def test_of_two_marks_that_overlap_the_longer_is_told() -> None:
    facts = [LocalFact("unit name", words_of(name), name) for name in ("Quarter Old Town", "Quarter Old Town Hill")]
    marks = DonorFingerprints.of(facts, "model", "first")
    assert [left.text for left in marks.scan("the quarter Old Town Hill")] == ["quarter Old Town Hill"]


@pytest.mark.parametrize(
    ("value", "forms"),
    [
        ("74000", {("74000",), ("74", "000")}),
        ("2390000", {("2390000",), ("2", "390", "000")}),
        ("97.35", {("97", "35")}),
        ("126", set()),
        ("2025", set()),
        ("10000", set()),
    ],
)
def test_figures_are_looked_for_as_they_are_written(value: str, forms: set[tuple[str, ...]]) -> None:
    assert forms == set(forms_of_figure(Decimal(value)))


@pytest.mark.parametrize("written", ["19001009", "1900 1009", "1900.1009", "1900-1009", "190 010 09"])
def test_a_phone_number_is_found_however_it_is_grouped(written: str) -> None:
    assert words_of(written) in set(forms_of_phone("19001009"))


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_fact_is_found_wherever_it_stands(before: str, after: str) -> None:
    marks = DonorFingerprints.of([LocalFact("office", words_of("Warden of Hill Farms"), "")], "model", "first")
    text = f"{before}\nWarden of\tHILL Farms\n{after}"
    assert "office" in {left.kind for left in marks.scan(text)}


@given(st.text())
def test_no_text_stops_a_scan(text: str) -> None:
    marks = DonorFingerprints.of([LocalFact("figure", ("1250",), "1250")], "model", "first")
    assert all(left.line >= 1 for left in marks.scan(text))


def test_a_megabyte_is_scanned_in_well_below_a_second() -> None:
    facts = [LocalFact("unit name", ("quarter", f"name{n}", "hill"), "") for n in range(2000)]
    marks = DonorFingerprints.of(facts, "model", "first")
    text = "".join(f"the quarter of {n} words, 21.0{n} here;\n" for n in range(30_000))
    started = time.perf_counter()
    assert list(marks.scan(text)) == []
    assert time.perf_counter() - started < 1
