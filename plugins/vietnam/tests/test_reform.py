"""1 July 2025 as a change of units: new communes under codes that were another place's the day before."""

import csv
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pilotkit import Deployment
from pilotkit.boundaries.apply_change import apply_change
from pilotkit.cases import Application
from pilotkit.casework.case_service import CaseService
from pilotkit.figures import Measures
from pilotkit.places import UnitKey, impact_of, read_change
from pilotkit.storage.store import Store
from pilotkit.testing import tiny_deployment
from pilotkit_vietnam.units import EDITION, bare_name, national_units

OLD = date(2013, 1, 1)
BEFORE = datetime(2025, 6, 20, 3, tzinfo=UTC)
AFTER = datetime(2025, 7, 2, 3, tzinfo=UTC)
REUSED = 60
"""Communes of the capital that the test takes; each is another place than its code named before."""


def reused() -> list[tuple[str, str, str]]:
    """Code, former name and new name of the capital's communes whose code named another place."""
    found = []
    for unit in national_units().communes("01"):
        former = national_units().former_name(unit.code)
        if former and former.split(maxsplit=1)[-1].casefold() != bare_name(unit.name).casefold():
            found.append((unit.code, former, unit.name))
    return found[:REUSED]


@pytest.fixture
def capital(tmp_path: Path) -> Deployment:
    """The capital as it was: communes under their former names, each with its code."""
    units = "scheme,code,valid_from,name,kind,level,parent\nvn,01,2008-08-01,Thành phố Hà Nội,thành phố,province,\n"
    units += "".join(f"vn,{code},{OLD},{name},phường,commune,01\n" for code, name, _ in reused())
    empty = dict.fromkeys(f"local/{name}.csv" for name in ("heads", "targets", "points", "staff", "accounts"))
    return Deployment(
        tiny_deployment(
            tmp_path / "capital", {**empty, "local/units.csv": units}, deployment__scheme="vn",
            deployment__province="01", plugins__enabled=["vietnam"], deployment__timezone="Asia/Ho_Chi_Minh",
        )
    )  # fmt: skip


@pytest.fixture
def reform(tmp_path: Path) -> Path:
    """Each former commune passes to the next one's code: no code names the place that it named before."""
    path = tmp_path / "reform.csv"
    rows = reused()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "successor", "since", "name", "kind", "reference", "certainty"])
        for (code, _, _), (successor, _, name) in zip(rows, [*rows[1:], rows[0]], strict=True):
            kind = national_units().unit(successor).kind
            writer.writerow([code, successor, EDITION, name, kind, "charter", "synthetic"])
    return path


def test_the_register_has_codes_enough_that_named_another_place() -> None:
    assert REUSED == len(reused())


def test_every_code_is_reused_and_no_case_changes_its_place(capital: Deployment, reform: Path) -> None:
    codes = [code for code, _, _ in reused()]
    with closing(Store.of(capital)) as store:
        casework = CaseService(capital, store, lambda: BEFORE)
        opened = {code: casework.receive(_at(code, "online")).code for code in codes}
        ended = {code: casework.receive(_at(code, "in_person")).code for code in codes}
        for code in ended.values():
            casework.refuse(code, "registry", "It is not complete.")
        impact = impact_of(capital, store, read_change(capital.catalog, reform))
        assert REUSED == sum(unit.code_passes_to is not None for unit in impact.units)
        done = apply_change(capital.folder, Store.of, reform, "registry", AFTER)
        assert REUSED == done.handed_over
        after = Deployment(capital.folder)
        next_of = dict(zip(codes, [*codes[1:], codes[0]], strict=True))
        for code in codes:
            assert (next_of[code], EDITION) == (store.case(opened[code]).unit, store.case(opened[code]).unit_from)
            assert (code, OLD) == (store.case(ended[code]).unit, store.case(ended[code]).unit_from)
        CaseService(after, store, lambda: AFTER).receive(_at(codes[0], "online"))
        measures = Measures(after, store)
        for day, expected in ((EDITION, 3), (EDITION - timedelta(days=1), 2)):
            values = measures.values(["online_share"], by="unit", as_of=AFTER + timedelta(days=1), boundaries=day)
            found = {UnitKey("vn", each.unit, each.unit_from): each.denominator for each in values if each.unit}
            first = codes[0] if day == EDITION else codes[-1]  # whom the last commune's cases belong to
            since = EDITION if day == EDITION else OLD
            assert REUSED == len(found)
            assert {since} == {key.valid_from for key in found}
            assert (expected if day == EDITION else 3) == found[UnitKey("vn", first, since)]
            assert 2 * REUSED + 1 == sum(found.values())


def test_a_code_names_the_former_commune_before_the_day_and_the_new_one_from_it_on(
    capital: Deployment, reform: Path
) -> None:
    apply_change(capital.folder, Store.of, reform, "registry", AFTER)
    lineage = Deployment(capital.folder).catalog.lineage
    for code, former, new in reused():
        assert (former, new) == tuple(lineage.holder(code, day).name for day in (EDITION - timedelta(days=1), EDITION))
    assert lineage.version(EDITION) != lineage.version(EDITION - timedelta(days=1))


def _at(code: str, channel: str) -> Application:
    return Application(procedure="ZZ-101", channel=channel, unit=code, actor="citizen")
