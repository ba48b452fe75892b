"""One package, every province of the country: generated, sound, its own, and served; no file touched by hand."""

import json
import re
from pathlib import Path
from urllib.request import urlopen

import pytest
from tests.drill import size

from pilotkit import Deployment, Severity
from pilotkit.casework.deadline_examples import run_examples
from pilotkit.checks.run import run_checks
from pilotkit.measures.measures import Measures
from pilotkit.packages.archive import inspect
from pilotkit.packages.donor_leaks import find_donor_leaks
from pilotkit.packages.manifest import verify_model
from pilotkit.packages.packing import PackOrder, pack
from pilotkit.registry.verified_download import VerifiedPackage, download_verified
from pilotkit.scaffold.new_deployment import NewDeployment, new
from pilotkit.simulation.month import simulate
from pilotkit.storage.store import Store
from pilotkit.trust import PackageInfo
from pilotkit.web.server import running

ROOT = Path(__file__).parents[2]
DONOR = ROOT / "examples" / "hanoi"
CODES = [
    "01", "04", "08", "11", "12", "14", "15", "19", "20", "22", "24", "25", "31", "33", "37", "38", "40", "42", "44",
    "46", "48", "51", "52", "56", "66", "68", "75", "79", "80", "82", "86", "91", "92", "96",
]  # fmt: skip


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pack(Deployment(DONOR), tmp_path_factory.mktemp("package")).path


def unsigned(package: Path) -> VerifiedPackage:
    return download_verified(package, allow_unsigned=True)


def made(package: Path, province: str, folder: Path, **answers: str) -> NewDeployment:
    return new(unsigned(package), province, folder / "deployment", answers)


_PROVENANCE = (".pilot/base/", "model/evidence/", "model/package.toml", "model/donor-marks.json", "answers.json")
"""Where a package says whom it comes from and what was measured there; and the package itself, kept for upgrades."""


def read_csv_header(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()[0].split(",")


def test_the_register_has_these_34_provinces() -> None:
    directory = Deployment(DONOR).catalog.directories["vn"]
    assert CODES == [province.code for province in directory.provinces()]


@pytest.mark.drill
@pytest.mark.parametrize("code", size(CODES[::5], CODES))
def test_a_province_is_generated_and_sound(code: str, package: Path, tmp_path: Path) -> None:
    province = made(package, code, tmp_path)
    deployment = Deployment(province.folder)
    catalog, directory = deployment.catalog, deployment.catalog.directories["vn"]
    assert [] == [found for found in run_checks(deployment) if found.severity is Severity.ERROR]
    assert [] == list(verify_model(deployment))
    assert {unit.code for unit in directory.communes(code)} == {unit.code for unit in catalog.communes}
    assert {unit.code for unit in catalog.units.values()} == {head.unit for head in catalog.heads.values()}
    assert set(catalog.units) == {target.unit for target in catalog.targets}
    assert all(catalog.heads[str(target.head)].unit == target.unit for target in catalog.targets)
    assert all(outcome.holds for outcome in run_examples(deployment))


def test_nothing_of_the_donor_is_left_in_another_province(package: Path, tmp_path: Path) -> None:
    folder = made(package, "Cao Bằng", tmp_path).folder
    assert [] == list(find_donor_leaks(Deployment(folder)))
    theirs = re.compile(r"Hà Nội|Ha Noi|Hanoi|19001009|Cửa Nam|H26", re.IGNORECASE)
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).as_posix()
        if path.is_file() and not inside.startswith(_PROVENANCE):
            assert None is theirs.search(path.read_text(encoding="utf-8")), inside


def test_the_tree_is_the_donors_tree(package: Path, tmp_path: Path) -> None:
    folder = made(package, "91", tmp_path).folder
    for name in ("pilot.toml", "answers.json", "model/package.toml", "tests/cases.yaml"):
        assert (DONOR / name).is_file()
        assert (folder / name).is_file()
    tables = {path.name for path in (DONOR / "local").iterdir() if path.is_file()}
    assert tables == {path.name for path in (folder / "local").iterdir() if path.is_file()}
    for name in (each for each in tables if each.endswith(".csv")):
        theirs, ours = (read_csv_header(place / "local" / name) for place in (DONOR, folder))
        assert theirs == ours, name


@pytest.mark.parametrize(
    ("wanted", "code"), [("hue", "46"), ("Thành phố Huế", "46"), ("CAO BANG", "04"), ("tp hồ chí minh", "79")]
)
def test_a_province_is_found_as_people_write_it(wanted: str, code: str, package: Path, tmp_path: Path) -> None:
    assert code == made(package, wanted, tmp_path).province.code


@pytest.mark.drill
@pytest.mark.server
@pytest.mark.parametrize("code", size(["46"], ["04", "46", "79"]))
def test_a_province_is_served_with_a_simulated_month_on_its_board(code: str, package: Path, tmp_path: Path) -> None:
    from datetime import date

    folder = made(package, code, tmp_path, assigned_on="2025-07-01", due_on="2025-07-30").folder
    deployment = Deployment(folder)
    store = Store.of(deployment)
    simulated = simulate(deployment, store, days=30, seed=1, last=date(2025, 7, 28))
    store.close()
    assert simulated.cases == Measures(deployment).values(["online_share"])[0].denominator
    with running(deployment) as address:
        for path in ("/vi/", "/en/", "/vi/procedures/1.001193", "/vi/points", "/vi/board", "/en/board"):
            with urlopen(address + path, timeout=30) as page:
                text = page.read().decode()
                assert 200 == page.status
            assert deployment.catalog.province.name in text or path.startswith("/en")


def test_a_deployment_made_from_the_package_can_be_packed_again(package: Path, tmp_path: Path) -> None:
    folder = made(package, "46", tmp_path).folder
    again = pack(Deployment(folder), tmp_path / "again", PackOrder(version="1.1.0"))
    first: PackageInfo = inspect(package).info
    assert first.name == again.info.name
    third = new(unsigned(again.path), "04", tmp_path / "third")
    assert [] == list(find_donor_leaks(Deployment(third.folder)))


def test_answers_are_kept_with_the_identity_of_the_package(package: Path, tmp_path: Path) -> None:
    folder = made(package, "46", tmp_path, hotline="0234 1234").folder
    kept = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    assert inspect(package).identity == kept["package"]["identity"]
    assert "0234 1234" == kept["answers"]["hotline"]
    assert "0234 1234" == Deployment(folder).catalog.contacts["hotline"].phone
