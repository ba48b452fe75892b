"""A package becomes a province's own deployment; all of it or nothing."""

import csv
import json
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pilotkit import DataError, Deployment, PilotkitError, PluginError, Severity, UnknownError, hookimpl
from pilotkit.catalog.plugins import PluginHost
from pilotkit.checks.run import run_checks
from pilotkit.figures import TargetError
from pilotkit.packages.manifest import verify_model
from pilotkit.packages.packing import PackOrder, pack
from pilotkit.registry.verified_download import VerifiedPackage, download_verified
from pilotkit.scaffold.new_deployment import NewDeployment, new
from pilotkit.scaffold.questions import TemplateQuestion
from pilotkit.testing import tiny_deployment
from pilotkit.trust import PackageError

TEMPLATE = Path(__file__).parents[3] / "templates" / "province"
DATES = {"assigned_on": "2025-07-21", "due_on": "2025-07-30"}


def unsigned(package: Path) -> VerifiedPackage:
    return download_verified(package, allow_unsigned=True)


@pytest.fixture
def made(package: Path, units: Path, tmp_path: Path) -> NewDeployment:
    return new(
        unsigned(package), "silver point", tmp_path / "made", {"units_file": str(units), "hotline": "777-0200", **DATES}
    )


@pytest.fixture(autouse=True)
def _nothing_is_left_half_made(tmp_path: Path) -> Iterator[None]:
    yield
    assert not list(tmp_path.rglob("*.partial-*"))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_country_without_plugin_is_scaffolded_and_sound(made: NewDeployment) -> None:
    deployment = Deployment(made.folder)
    assert deployment.catalog.province.name == "Silver Point"
    assert len(deployment.catalog.communes) == made.communes == 2
    assert not [each for each in run_checks(deployment) if each.severity is Severity.ERROR]
    assert set(made.findings) == set(run_checks(deployment))


def test_the_tree_is_that_of_any_deployment(made: NewDeployment) -> None:
    expected = {".gitignore", ".pilot", "README.md", "answers.json", "local", "model", "ops", "pilot.toml", "tests"}
    assert expected == {path.name for path in made.folder.iterdir()}
    assert {"manifest.json", "donor-marks.json", "template"} <= {
        path.name for path in (made.folder / "model").iterdir()
    }
    assert list(verify_model(Deployment(made.folder))) == []


def test_every_unit_has_a_head_a_point_and_its_targets(made: NewDeployment) -> None:
    catalog = Deployment(made.folder).catalog
    assert {point.unit for point in catalog.points.values()} == set(catalog.units)
    assert {head.unit for head in catalog.heads.values()} == set(catalog.units)
    assert {("online_share", unit) for unit in catalog.units} <= {(each.kpi, each.unit) for each in catalog.targets}
    for target in catalog.targets:
        assert target.head == catalog.head_of(target.unit).id
        assert (target.assigned.isoformat(), target.due.isoformat()) == tuple(DATES.values())


def test_points_are_planned_and_marked_synthetic(made: NewDeployment) -> None:
    catalog = Deployment(made.folder).catalog
    kinds = Counter(point.kind for point in catalog.points.values())
    assert kinds == {"centre": 1, "commune_point": 2, "kiosk": 2}
    assert {(point.status, point.certainty) for point in catalog.points.values()} == {("planned", "synthetic")}
    assert {point.latitude for point in catalog.points.values() if point.kind == "kiosk"} == {None}
    assert catalog.points["point-sp-01"].latitude == 1.52


def test_names_with_commas_quotes_and_accents_come_through(made: NewDeployment) -> None:
    assert Deployment(made.folder).catalog.units["SP-02"].name == 'Quarter Nørth, "Old" Quay'


def test_the_kind_of_a_unit_starts_small_inside_an_office(made: NewDeployment) -> None:
    assert Deployment(made.folder).catalog.heads["head-sp-01"].office == "Head of quarter East Gate"


def test_a_package_says_what_offices_and_points_are_called(units: Path, tmp_path: Path) -> None:
    pattern = """
        {centre_counters: 2, commune_point_counters: 1, kiosks_per_commune_point: 2, hours: "24/7", reference: charter,
        head_offices: {province: "{unit}: the Chair", commune: "Reeve of {unit}"},
        point_names: {kiosk: "Kiosk no. {number} of {unit}", centre: "Hall of {unit}"}}"""
    files = {"model/network/pattern.yaml": pattern}
    donor = Deployment(tiny_deployment(tmp_path / "donor", files, package__template=str(TEMPLATE)))
    made = new(unsigned(pack(donor, tmp_path / "out").path), "SP", tmp_path / "made", {"units_file": str(units)})
    catalog = Deployment(made.folder).catalog
    assert catalog.heads["head-sp"].office == "Silver Point: the Chair"
    assert catalog.heads["head-sp-01"].office == "Reeve of quarter East Gate"
    assert catalog.points["kiosk-sp-01-2"].name == "Kiosk no. 2 of quarter East Gate"
    assert catalog.points["centre"].name == "Hall of Silver Point"


def test_nothing_of_the_donors_own_is_in_it(made: NewDeployment) -> None:
    evidence = made.folder / "model" / "evidence"
    for path in made.folder.rglob("*"):
        if path.is_file() and not {evidence, made.folder / ".pilot"} & {*path.parents} and path.name != "package.toml":
            text = path.read_text(encoding="utf-8")
            for fact in (
                "555-0100",
                "Harbour Street",
                "Mayor of Port Amber",
                "Hill Farms",
                "port-amber.example",
                "PA-0",
            ):
                assert fact not in text, path


def test_the_answers_are_kept_with_the_package_they_were_for(made: NewDeployment) -> None:
    told = json.loads((made.folder / "answers.json").read_text())
    assert told["package"] == {"identity": made.identity, "name": "port-amber-model", "version": "0.1.0"}
    assert told["answers"] == {
        **DATES, "database": "sqlite:///var/pilot.db", "hotline": "777-0200", "language": "en", "province": "SP",
    }  # fmt: skip


def test_settings_are_the_countrys_defaults_and_our_own_name(made: NewDeployment) -> None:
    settings = tomllib.loads((made.folder / "pilot.toml").read_text())
    assert settings["deployment"]["id"] == "silver-point"
    assert settings["deployment"]["scheme"] == "zz"
    assert settings["identifiers"] == {"prefix": "PSP"}


def test_without_a_hotline_it_is_made_and_the_check_says_what_is_missing(
    package: Path, units: Path, tmp_path: Path
) -> None:
    made = new(unsigned(package), "SP", tmp_path / "made", {"units_file": str(units)})
    (missing,) = [finding for finding in made.findings if finding.check == "required"]
    assert (missing.severity, str(missing.where)) == (Severity.WARNING, "local/contacts.toml: hotline.phone")


def test_questions_without_answer_are_asked(package: Path, units: Path, tmp_path: Path) -> None:
    asked: list[TemplateQuestion] = []

    def ask(question: TemplateQuestion) -> str:
        asked.append(question)
        return {"hotline": "777-0200"}.get(question.id, question.default)

    made = new(unsigned(package), "SP", tmp_path / "made", {"units_file": str(units), "language": "fr", **DATES}, ask)
    assert ["hotline", "database"] == [question.id for question in asked]
    assert made.answers["hotline"] == "777-0200"
    assert Deployment(made.folder).settings.deployment.languages == ("fr", "en")


def test_the_same_answers_make_the_same_deployment(
    made: NewDeployment, package: Path, units: Path, tmp_path: Path
) -> None:
    again = new(unsigned(package), "SP", tmp_path / "again", {"units_file": str(units), "hotline": "777-0200", **DATES})
    for path in made.folder.rglob("*"):
        if path.is_file() and path.name != "statement.json":  # which says when the package was taken
            assert path.read_bytes() == (again.folder / path.relative_to(made.folder)).read_bytes()


def test_a_deployment_that_was_made_can_be_packed_in_turn(made: NewDeployment, units: Path, tmp_path: Path) -> None:
    package = pack(Deployment(made.folder), tmp_path / "second", PackOrder(version="0.2.0")).path
    third = new(
        unsigned(package), "New Kirk", tmp_path / "third", {"units_file": str(units), "hotline": "888-0300", **DATES}
    )
    assert third.province.code == "NK"
    marks = json.loads((third.folder / "model/donor-marks.json").read_text())
    assert list(marks["donors"]) == ["port-amber", "silver-point"]


def test_the_donors_own_hotline_is_not_taken_over(package: Path, units: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"answers\.json line \d: The donor's phone number '555-0100'.*it was not made"):
        new(unsigned(package), "SP", tmp_path / "made", {"units_file": str(units), "hotline": "555-0100"})
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    "wanted", ["SP", "sp", "Silver Point", "silver  point", "SILVER POINT", "municipality silver point"]
)
def test_a_province_is_found_by_code_or_name(package: Path, units: Path, tmp_path: Path, wanted: str) -> None:
    if wanted.startswith("municipality"):
        units.write_text(units.read_text(encoding="utf-8").replace("Silver Point", "Municipality Silver Point"))
    assert new(unsigned(package), wanted, tmp_path / "made", {"units_file": str(units)}).province.code == "SP"


def test_an_unknown_province_brings_close_ones(package: Path, units: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownError, match=r"no province 'Silver Pint'.*Did you mean Silver Point \(SP\)\?"):
        new(unsigned(package), "Silver Pint", tmp_path / "made", {"units_file": str(units)})


def test_without_a_register_the_remedy_is_a_file_of_units(package: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownError, match=r"no plugin offers a register.*units_file"):
        new(unsigned(package), "SP", tmp_path / "made")


@pytest.mark.parametrize(
    ("answers", "what"),
    [
        ({"hotlin": "1"}, r"hotlin: is not a question of this package\. Did you mean 'hotline'\?"),
        ({"hotline": "a\nb"}, "hotline: must be one line"),
        ({"hotline": "x" * 201}, "hotline: must be one line"),
        ({"hotline": "\ud800"}, "hotline: must be one line"),
        ({"hotline": 7}, "hotline: must be one line"),
        ({"language": "tlh"}, "language: 'tlh' is not a choice. Choose one of: en, fr"),
        ({"assigned_on": "tomorrow"}, "assigned_on: 'tomorrow' is not a day"),
        ({"assigned_on": "2025-07-21", "due_on": "2025-07-20"}, "due_on: is before assigned_on"),
        ({"database": "postgresql://me:secret@host/db"}, "database: holds a password"),
        ({"database": "postgresql://host/db?user=me&password=secret"}, "database: holds a password"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(
    package: Path, units: Path, tmp_path: Path, answers: dict[str, Any], what: str
) -> None:
    with pytest.raises(DataError, match=what):
        new(unsigned(package), "SP", tmp_path / "made", {"units_file": str(units), **answers})
    assert not (tmp_path / "made").exists()


def test_units_of_another_scheme_are_refused(package: Path, units: Path, tmp_path: Path) -> None:
    units.write_text(units.read_text(encoding="utf-8").replace("zz,SP-01", "yy,SP-01"), encoding="utf-8")
    with pytest.raises(DataError, match=r"units\.csv line 3: scheme: 'yy' is not the package's scheme 'zz'"):
        new(unsigned(package), "SP", tmp_path / "made", {"units_file": str(units)})


def test_a_package_that_is_refused_leaves_nothing(package: Path, units: Path, tmp_path: Path) -> None:
    package.write_bytes(package.read_bytes()[:-100])
    with pytest.raises(PackageError):
        new(unsigned(package), "SP", tmp_path / "made", {"units_file": str(units)})
    assert not (tmp_path / "made").exists()


def test_an_empty_folder_may_be_the_target(package: Path, units: Path, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    assert (new(unsigned(package), "SP", tmp_path / "made", {"units_file": str(units)}).folder / "pilot.toml").is_file()


def test_a_folder_with_something_in_it_is_not_touched(package: Path, units: Path, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "diary.txt").write_text("mine")
    with pytest.raises(TargetError, match="is not empty"):
        new(unsigned(package), "SP", tmp_path / "made", {"units_file": str(units)})
    assert ["diary.txt"] == [path.name for path in (tmp_path / "made").iterdir()]


@pytest.mark.parametrize("target", ["file", "file/below", "nowhere/below", "link"])
def test_a_target_that_cannot_be_a_folder_is_refused(package: Path, units: Path, tmp_path: Path, target: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(TargetError):
        new(unsigned(package), "SP", tmp_path / target, {"units_file": str(units)})


def test_a_read_only_parent_is_refused(
    package: Path, units: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write anywhere, so a mode would prove nothing
    with pytest.raises(TargetError, match="cannot be written"):
        new(unsigned(package), "SP", tmp_path / "made", {"units_file": str(units)})


def test_a_folder_of_the_system_is_refused(package: Path, units: Path) -> None:
    with pytest.raises(TargetError):
        new(unsigned(package), "SP", Path("/proc/made"), {"units_file": str(units)})


def _interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def _fill_the_disk(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("where", ["render", "_checked"])
def test_an_interruption_leaves_nothing(
    package: Path, units: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr(f"pilotkit.scaffold.new_deployment.{where}", _interrupt)
    with pytest.raises(KeyboardInterrupt):
        new(unsigned(package), "SP", tmp_path / "made", {"units_file": str(units)})
    assert not (tmp_path / "made").exists()


def test_a_full_disk_leaves_nothing(
    package: Path, units: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pilotkit.scaffold.new_deployment.render", _fill_the_disk)
    with pytest.raises(TargetError, match="No space left on device"):
        new(unsigned(package), "SP", tmp_path / "made", {"units_file": str(units)})
    assert not (tmp_path / "made").exists()


class _Listener:
    def __init__(self, *, fails: bool = False) -> None:
        self.told: list[tuple[Path, str]] = []
        self.fails = fails

    @hookimpl
    def package_installed(self, context: Any, package: Any) -> None:
        self.told.append((context.folder, package.name))
        if self.fails:
            raise RuntimeError("busy")


def _listening(monkeypatch: pytest.MonkeyPatch, listener: _Listener) -> None:
    original = PluginHost.__init__
    monkeypatch.setattr(
        PluginHost, "__init__", lambda self, enabled=(), extra=(): original(self, enabled, [*extra, ("ear", listener)])
    )


def test_plugins_are_told_when_it_is_in_place(
    package: Path, units: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = _Listener()
    _listening(monkeypatch, listener)
    new(unsigned(package), "SP", tmp_path / "made", {"units_file": str(units)})
    assert listener.told == [(tmp_path / "made", "port-amber-model")]


def test_a_plugin_that_fails_afterwards_undoes_nothing(
    package: Path, units: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _listening(monkeypatch, _Listener(fails=True))
    with pytest.raises(PluginError, match=r"package_installed failed in plugin 'ear'"):
        new(unsigned(package), "SP", tmp_path / "made", {"units_file": str(units)})
    assert (tmp_path / "made/pilot.toml").is_file()


def test_each_step_is_told(package: Path, units: Path, tmp_path: Path) -> None:
    steps: list[str] = []
    new(unsigned(package), "SP", tmp_path / "made", {"units_file": str(units)}, progress=steps.append)
    assert steps[0] == "Verifying the package"
    assert len(steps) == 5


def test_every_refusal_is_one_of_ours(package: Path, tmp_path: Path) -> None:
    with pytest.raises(PilotkitError):
        new(unsigned(package), "", tmp_path / "made", {"units_file": str(tmp_path)})
