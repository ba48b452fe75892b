"""What is different between two packages: procedures, deadlines, fees, KPI, names; nothing of what stayed."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from pilotkit import Deployment
from pilotkit.packages.packing import PackOrder, pack
from pilotkit.trust import PackageArchive, ReleaseNotes, compare_packages


@pytest.fixture
def notes(donor: Path, tmp_path: Path) -> Callable[..., ReleaseNotes]:
    """The notes between the donor as it is and as it is after changes: (file, old words, new words)."""

    def made(*changes: tuple[str, str, str], removed: tuple[str, ...] = ()) -> ReleaseNotes:
        first = pack(Deployment(donor), tmp_path / "one")
        for name, old, new in changes:
            path = donor / "model" / name
            text = path.read_text() if path.exists() else ""
            assert old in text
            path.write_text(text.replace(old, new, 1) if old else text + new)
        for name in removed:
            (donor / "model" / name).unlink()
        second = pack(Deployment(donor), tmp_path / "two", PackOrder(version="0.2.0"))
        return compare_packages(PackageArchive.open(first.path), PackageArchive.open(second.path))

    return made


def test_the_same_model_gives_no_notes(notes) -> None:
    found = notes()
    assert found.is_empty
    assert ("0.1.0", "0.2.0") == (found.old.version, found.new.version)


def test_another_deadline_is_told_by_its_channel(notes) -> None:
    found = notes(("procedures/ZZ-101.yaml", "{amount: 2, unit: working_days}", "{amount: 5, unit: calendar_days}"))
    (procedure,) = found.procedures
    (deadline,) = procedure.deadlines
    assert ("ZZ-101", "changed") == (procedure.code, procedure.kind)
    assert (2, 5, "calendar_days") == (deadline.was.amount, deadline.now.amount, deadline.now.unit)
    assert () == procedure.others
    assert () == found.kpis


def test_other_fees_are_told_by_their_channel(notes) -> None:
    found = notes(("procedures/ZZ-102.yaml", "amount: 2", "amount: 3.50"))
    (procedure,) = found.procedures
    (fees,) = procedure.fees
    assert ("ZZ-102", "in_person", (), ()) == (procedure.code, fees.channel, procedure.deadlines, procedure.others)
    assert ([Decimal(2)], [Decimal("3.50")]) == ([fee.amount for fee in fees.was], [fee.amount for fee in fees.now])


def test_what_was_free_and_costs_something_now_is_told_and_what_nobody_publishes_any_more(notes) -> None:
    found = notes(
        ("procedures/ZZ-101.yaml", "fees: free", "fees: [{id: entry, amount: 7}]"),
        (
            "procedures/ZZ-201.yaml",
            "fees:\n      - {id: permit, amount: 40.50}\n    fees_certainty: synthetic\n    ",
            "",
        ),
    )
    births, stalls = found.procedures
    assert [("online", "free", [Decimal(7)])] == [(f.channel, f.was, [e.amount for e in f.now]) for f in births.fees]
    assert [("online", [Decimal("40.50")], None)] == [
        (f.channel, [each.amount for each in f.was], f.now) for f in stalls.fees
    ]


def test_a_channel_that_comes_and_one_that_goes_are_told_with_deadline_and_fees(notes) -> None:
    found = notes(
        (
            "procedures/ZZ-101.yaml",
            "  in_person:\n    deadline: {amount: 1, unit: working_days}",
            "  post:\n    deadline: {amount: 9, unit: working_days}",
        )
    )
    (procedure,) = found.procedures
    assert {"in_person": (1, None), "post": (None, 9)} == {
        each.channel: (each.was and each.was.amount, each.now and each.now.amount) for each in procedure.deadlines
    }
    assert {"in_person": ("free", None), "post": (None, "free")} == {
        each.channel: (each.was, each.now) for each in procedure.fees
    }


def test_what_else_changed_is_named(notes) -> None:
    found = notes(("procedures/ZZ-101.yaml", "Birth registration", "Registering a birth"))
    assert [("name",)] == [each.others for each in found.procedures]


def test_a_procedure_with_another_code_is_one_and_not_two(donor: Path, notes) -> None:
    text = (donor / "model/procedures/ZZ-101.yaml").read_text()
    rename = (
        '\n[[renames]]\nsince = "0.2.0"\nold = "model/procedures/ZZ-101.yaml"\nnew = "model/procedures/ZZ-901.yaml"\n'
    )
    found = notes(
        ("procedures/ZZ-901.yaml", "", text.replace("ZZ-101", "ZZ-901")),
        ("package.toml", "", rename),
        removed=("procedures/ZZ-101.yaml",),
    )
    assert [("ZZ-901", "renamed", "ZZ-101")] == [(each.code, each.kind, each.formerly) for each in found.procedures]
    assert 1 == len(found.renames)


def test_a_procedure_that_went_and_one_that_came_are_told(donor: Path, notes) -> None:
    text = (donor / "model/procedures/ZZ-101.yaml").read_text()
    found = notes(("procedures/ZZ-901.yaml", "", text.replace("ZZ-101", "ZZ-901")), removed=("procedures/ZZ-101.yaml",))
    assert [("ZZ-101", "removed"), ("ZZ-901", "added")] == [(each.code, each.kind) for each in found.procedures]


def test_a_kpi_that_is_counted_differently_says_so(notes) -> None:
    found = notes(("kpis/kpis.yaml", "numerator: channel = 'online'", "numerator: channel = 'post'"))
    assert [(True, "changed")] == [(each.is_counted_differently, each.kind) for each in found.kpis]


def test_a_kpi_that_went_and_one_that_came_are_told(notes) -> None:
    found = notes(("kpis/kpis.yaml", "id: whole_process_share", "id: posted_share"))
    assert [("posted_share", "added"), ("whole_process_share", "removed")] == [
        (each.id, each.kind) for each in found.kpis
    ]


def test_a_kpi_with_other_words_is_counted_as_before(notes) -> None:
    found = notes(("kpis/kpis.yaml", "filed online", "sent online"))
    assert [(False, ("name",))] == [(each.is_counted_differently, each.others) for each in found.kpis]


def test_other_files_are_told_by_their_paths(notes) -> None:
    assert ("people/roles.yaml",) == notes(("people/roles.yaml", "", "# a note\n")).files
