"""Donating back: what a province made of a package travels with its history and what was measured."""

import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pilotkit import Deployment
from pilotkit.checks.run import run_checks
from pilotkit.cli.app import run
from pilotkit.packages.archive import inspect
from pilotkit.packages.manifest import FILE as MANIFEST
from pilotkit.packages.measured_evidence import CLAIM, as_bytes, measure
from pilotkit.packages.packing import PackOrder, pack
from pilotkit.simulation.month import simulate
from pilotkit.storage.store import Store
from pilotkit.trust import PackageError

LAST_DAY = date(2025, 7, 28)
EVENING = datetime(2025, 7, 28, 16, 0, tzinfo=UTC)
OVERRIDE = "local/overrides/procedures/ZZ-101.yaml"


@pytest.fixture
def hand_on(donor: Path, tmp_path: Path) -> Callable[[], Path]:
    return lambda: made_from_itself(donor, tmp_path)


@pytest.fixture
def handed_on(hand_on: Callable[[], Path]) -> Path:
    return hand_on()


def made_from_itself(donor: Path, tmp_path: Path) -> Path:
    """The donor's own folder as if it had been made from its package: model/ is the package's."""
    packed = pack(Deployment(donor), tmp_path / "first")
    with zipfile.ZipFile(packed.path) as archive:
        archive.extractall(donor / "model")
    told = {"package": {"name": packed.info.name, "version": packed.info.version, "identity": packed.identity}}
    (donor / "answers.json").write_text(json.dumps(told))
    settings = donor / "pilot.toml"
    settings.write_text(settings.read_text().replace('id = "port-amber"', 'id = "other-amber"'))
    return donor


def override(folder: Path, text: str) -> None:
    (folder / OVERRIDE).parent.mkdir(parents=True, exist_ok=True)
    (folder / OVERRIDE).write_text(text)


def quicker(folder: Path) -> None:
    override(folder, "name: {is: {en: Faster}, was: {en: Slow}}\n")


def fill(folder: Path) -> None:
    deployment = Deployment(folder)
    store = Store.of(deployment)
    simulate(deployment, store, days=5, seed=3, last=LAST_DAY)
    store.close()


def test_the_name_and_version_of_the_origin_are_not_used_again(handed_on: Path, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=r"port-amber-model 0\.1\.0 is what this deployment was .*--version"):
        pack(Deployment(handed_on), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_effective_model_travels_and_the_overrides_stay(handed_on: Path, tmp_path: Path) -> None:
    quicker(handed_on)
    packed = pack(Deployment(handed_on), tmp_path / "out", PackOrder(version="0.2.0"))
    with zipfile.ZipFile(packed.path) as archive:
        assert "Faster" in archive.read("procedures/ZZ-101.yaml").decode()
        assert [] == [name for name in archive.namelist() if "overrides" in name]


def test_comments_of_the_model_travel_with_the_overrides_applied(donor: Path, tmp_path: Path, hand_on) -> None:
    path = donor / "model/procedures/ZZ-101.yaml"
    text = path.read_text().replace(
        "decision: Ordinance 7", "# as the council decided\ndecision: Ordinance 7 # in force"
    )
    path.write_text(text)
    folder = hand_on()
    override(folder, "decision: {is: Ordinance 8, was: Ordinance 7}\n")
    packed = pack(Deployment(folder), tmp_path / "out", PackOrder(version="2.0.0"))
    with zipfile.ZipFile(packed.path) as archive:
        travelled = archive.read("procedures/ZZ-101.yaml").decode()
    assert "# as the council decided\ndecision: Ordinance 8 # in force\n" in travelled


def test_lineage_says_what_it_was_made_from_and_what_was_changed(handed_on: Path, tmp_path: Path) -> None:
    quicker(handed_on)
    (handed_on / "model/people/roles.yaml").write_text((handed_on / "model/people/roles.yaml").read_text() + "# ours\n")
    (handed_on / "model/knowledge/more.txt").write_text("more")
    packed = pack(Deployment(handed_on), tmp_path / "out", PackOrder(version="0.2.0"))
    step = inspect(packed.path).lineage.derivations[0]
    assert ("port-amber-model", "0.1.0") == (step.origin.name, step.origin.version)
    assert ("port-amber-model", "0.2.0", "other-amber") == (step.name, step.version, step.donor.id)
    assert [("procedures/ZZ-101.yaml", "name", "changed", {"en": "Faster"})] == [
        (each.file, each.key, each.kind, each.now) for each in step.keys
    ]
    assert [("knowledge/more.txt", "added"), ("people/roles.yaml", "changed")] == [
        (each.path, each.kind) for each in step.files
    ]
    assert inspect(packed.path).info.donor.id == "other-amber"


def test_an_authored_model_has_no_lineage(donor: Path, tmp_path: Path) -> None:
    assert inspect(pack(Deployment(donor), tmp_path / "out").path).lineage is None


def test_marks_of_earlier_donors_stay_under_a_new_name(handed_on: Path, tmp_path: Path) -> None:
    packed = pack(Deployment(handed_on), tmp_path / "out", PackOrder(name="amber-two"))
    with zipfile.ZipFile(packed.path) as archive:
        marks = json.loads(archive.read("donor-marks.json"))
    assert ("port-amber-model", ["other-amber", "port-amber"]) == (marks["package"], sorted(marks["donors"]))
    first = json.loads((handed_on / "model/donor-marks.json").read_text())
    assert first["donors"]["port-amber"] == marks["donors"]["port-amber"]


def test_an_override_that_names_what_is_local_is_refused(handed_on: Path, tmp_path: Path) -> None:
    phone = next(each.phone for each in Deployment(handed_on).catalog.contacts.values() if each.phone)
    override(handed_on, f"name: {{is: {{en: 'Call {phone}'}}}}\n")
    with pytest.raises(PackageError, match=r"procedures/ZZ-101\.yaml.*belongs to this deployment alone"):
        pack(Deployment(handed_on), tmp_path / "out", PackOrder(version="0.2.0"))


def test_an_override_may_be_kept_here(handed_on: Path, tmp_path: Path) -> None:
    quicker(handed_on)
    order = PackOrder(version="0.2.0", keep=["procedures/ZZ-101.yaml"])
    packed = pack(Deployment(handed_on), tmp_path / "out", order)
    assert () == inspect(packed.path).lineage.derivations[0].keys


def test_keeping_a_file_that_is_not_there_is_refused(handed_on: Path, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="is called 'people/x.yaml'"):
        pack(Deployment(handed_on), tmp_path / "out", PackOrder(version="0.2.0", keep=["people/x.yaml"]))


def test_answers_that_name_another_package_are_refused(handed_on: Path, tmp_path: Path) -> None:
    (handed_on / "answers.json").write_text('{"package": {"identity": "0"}}')
    with pytest.raises(Exception, match=r"answers\.json: package\.identity: does not name"):
        pack(Deployment(handed_on), tmp_path / "out", PackOrder(version="0.2.0"))


def test_evidence_travels_and_packing_twice_gives_the_same_bytes(handed_on: Path, tmp_path: Path) -> None:
    fill(handed_on)
    order = PackOrder(version="0.2.0", as_of=EVENING)
    one, two = (pack(Deployment(handed_on), tmp_path / name, order) for name in ("one", "two"))
    assert one.path.read_bytes() == two.path.read_bytes()
    with zipfile.ZipFile(one.path) as archive:
        evidence = json.loads(archive.read("evidence/measured/other-amber.json"))
    total = next(each for each in evidence["figures"] if "unit" not in each and each["kpi"] == "on_time")
    assert total["denominator"] >= total["numerator"] > 0
    assert evidence["completeness"] == "100.0000"
    assert evidence["is_simulated"]
    assert evidence["staffing"]
    assert "evidence/measured/other-amber.json" == inspect(one.path).lineage.derivations[0].evidence


def test_a_claim_that_the_facts_do_not_give_is_refused(handed_on: Path, tmp_path: Path) -> None:
    fill(handed_on)
    deployment = Deployment(handed_on)
    evidence = measure(deployment, EVENING)
    first = evidence.figures[0]
    better = first.model_copy(update={"numerator": (first.numerator + 1) % (first.denominator + 1)})
    claim = evidence.model_copy(update={"figures": (better, *evidence.figures[1:])})
    (handed_on / CLAIM).write_bytes(as_bytes(claim))
    with pytest.raises(PackageError, match=rf"local/evidence\.json: {better.kpi}.*claims {better.numerator} of .*give"):
        pack(deployment, tmp_path / "out", PackOrder(version="0.2.0"))
    assert [(CLAIM, "error")] == [(f.where.file, f.severity) for f in run_checks(deployment) if f.where.file == CLAIM]


def test_a_claim_that_holds_is_packed(handed_on: Path, tmp_path: Path) -> None:
    fill(handed_on)
    deployment = Deployment(handed_on)
    (handed_on / CLAIM).write_bytes(as_bytes(measure(deployment, EVENING)))
    packed = pack(deployment, tmp_path / "out", PackOrder(version="0.2.0"))
    assert "evidence/measured/other-amber.json" == inspect(packed.path).lineage.derivations[0].evidence
    assert [] == [finding for finding in run_checks(deployment) if finding.where.file == CLAIM]


def test_evidence_put_into_the_model_by_hand_is_refused(handed_on: Path, tmp_path: Path) -> None:
    fill(handed_on)
    foreign = measure(Deployment(handed_on), EVENING).model_copy(update={"deployment": "elsewhere"})
    path = handed_on / "model/evidence/measured/elsewhere.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(as_bytes(foreign))
    with pytest.raises(PackageError, match="claims elsewhere for the deployment"):
        pack(Deployment(handed_on), tmp_path / "out", PackOrder(version="0.2.0"))
    assert (handed_on / "model" / MANIFEST).is_file()


def test_a_locked_key_is_not_opened_by_handing_the_model_on(donor: Path, tmp_path: Path, hand_on) -> None:
    info = donor / "model/package.toml"
    rule = 'locked = ["model/procedures/ZZ-101.yaml#name"]'
    info.write_text("\n".join([rule, *(line for line in info.read_text().splitlines() if "locked" not in line)]))
    folder = hand_on()
    quicker(folder)
    with pytest.raises(PackageError, match="changes what the package locks"):
        pack(Deployment(folder), tmp_path / "out", PackOrder(version="0.2.0"))


def test_inspect_shows_where_a_package_comes_from(handed_on: Path, tmp_path: Path, capsys) -> None:
    quicker(handed_on)
    packed = pack(Deployment(handed_on), tmp_path / "out", PackOrder(version="0.2.0"))
    assert 0 == run(["inspect", str(packed.path)])
    said = " ".join(capsys.readouterr().out.split())
    for words in ("port-amber-model 0.1.0 of", "port-amber-model 0.2.0, by", "procedures/ZZ-101.yaml: name:", "Faster"):
        assert words in said


def test_the_command_measures_claims_and_packs(handed_on: Path, tmp_path: Path, capsys) -> None:
    fill(handed_on)
    assert 0 == run(["evidence", str(handed_on), "--as-of", "2025-07-28"])
    out = ["--output", str(tmp_path / "out")]
    assert 4 == run(["pack", str(handed_on), *out])
    assert "--version" in capsys.readouterr().err
    assert 0 == run(["pack", str(handed_on), *out, "--version", "0.2.0"])
    with zipfile.ZipFile(tmp_path / "out/port-amber-model-0.2.0.zip") as archive:
        assert (handed_on / CLAIM).read_bytes() == archive.read("evidence/measured/other-amber.json")
