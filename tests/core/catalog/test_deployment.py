"""A folder becomes a catalog, or one error that says which file and key is wrong."""

import pytest

from pilotkit import Channel, DataError, Deployment, Place, PointKind, UnknownError
from pilotkit.catalog import tree
from pilotkit.data import DuplicateError
from pilotkit.testing import tiny_deployment
from pilotkit.testing.sample_deployment import TOWN

HEADS = (TOWN / "local/heads.csv").read_text()


def catalog(folder, files=None, **changes):
    return Deployment(tiny_deployment(folder, files, **changes)).catalog


def refusal(folder, files):
    with pytest.raises(DataError) as caught:
        catalog(folder, files)
    return caught.value


def test_a_municipality_of_a_country_nobody_knows_needs_no_plugin(tmp_path):
    town = catalog(tmp_path)
    assert ("Port Amber", 4, 3, 3) == (
        town.province.name,
        len(town.communes),
        len(town.procedures),
        len(town.points_of(PointKind.KIOSK)),
    )


def test_a_head_is_found_by_the_unit_it_answers_for(tmp_path):
    town = catalog(tmp_path)
    assert "Warden of Lighthouse" == town.head_of("PA-03").office
    assert town.head_of("PA-99") is None


@pytest.mark.parametrize("kind", ["procedure", "unit", "point", "kpi"])
def test_what_is_not_in_the_catalog_is_an_error_that_names_it(tmp_path, kind):
    with pytest.raises(UnknownError, match="there is no .* 'moon' in this deployment"):
        getattr(catalog(tmp_path), kind)("moon")


def test_the_location_version_changes_with_the_units_and_with_nothing_else(tmp_path):
    units = (TOWN / "local/units.csv").read_text()
    expected = catalog(tmp_path / "a").location_version
    renamed = catalog(tmp_path / "b", {"local/units.csv": units.replace("Lighthouse", "Old Lighthouse")})
    recoded = catalog(tmp_path / "c", {"local/units.csv": units.replace("PA-03", "PA-09")})
    assert expected == renamed.location_version
    assert expected != recoded.location_version
    assert expected.startswith("zz@2024-01-01#")


def test_a_procedure_that_was_read_before_is_not_parsed_again(tmp_path, monkeypatch):
    parsed = []
    real = tree.parse_yaml
    monkeypatch.setattr(tree, "parse_yaml", lambda text, file: parsed.append(file) or real(text, file))
    folder = tiny_deployment(tmp_path)
    first = Deployment(folder).catalog
    parsed.clear()
    second = Deployment(folder).catalog
    assert first.procedures == second.procedures
    assert [] == [file for file in parsed if file.startswith("model/procedures/")]


def test_a_procedure_whose_file_or_override_has_changed_is_read_anew(tmp_path):
    folder = tiny_deployment(tmp_path)
    before = Deployment(folder).catalog.procedure("ZZ-102")
    file = folder / "model/procedures/ZZ-102.yaml"
    file.write_text(file.read_text().replace("focus: true", "focus: false"))
    edited = Deployment(folder).catalog.procedure("ZZ-102")
    override = folder / "local/overrides/procedures/ZZ-102.yaml"
    override.parent.mkdir(parents=True, exist_ok=True)
    override.write_text("focus: {is: true, was: false}")
    assert (True, False, True) == (before.focus, edited.focus, Deployment(folder).catalog.procedure("ZZ-102").focus)


def test_the_overlay_stands_above_the_package(tmp_path):
    override = {"local/overrides/procedures/ZZ-102.yaml": "focus: {is: false, was: true}"}
    town = catalog(tmp_path, override)
    assert not town.procedure("ZZ-102").focus
    assert ["focus"] == [each.change.key for each in town.changes]


def test_an_item_of_a_list_is_changed_by_its_id(tmp_path):
    town = catalog(tmp_path, {"local/overrides/kpis/goals.yaml": "online: {goal: {is: 70, was: 60}}"})
    assert (70, 95) == (town.goals["online"].goal, town.goals["punctual"].goal)


def test_an_offer_may_be_deleted(tmp_path):
    override = {"local/overrides/procedures/ZZ-201.yaml": "offers: {post: {$delete: true}}"}
    assert catalog(tmp_path, override).procedure("ZZ-201").offer(Channel.POST) is None


def test_a_wrong_change_is_the_overrides_fault_and_not_the_packages(tmp_path):
    override = "local/overrides/procedures/ZZ-102.yaml"
    assert Place(override, "focus") == refusal(tmp_path, {override: "focus: {is: perhaps, was: true}"}).where


def test_a_wrong_key_inside_a_change_is_the_overrides_fault_too(tmp_path):
    override = "local/overrides/kpis/goals.yaml"
    error = refusal(tmp_path, {override: "third: {is: {kpi: on_time}}"})
    assert (override, "third.reference") == (error.where.file, error.where.key)


@pytest.mark.parametrize(
    ("file", "text", "where"),
    [
        ("model/people/roles.yaml", "roles: []", "model/people/roles.yaml: must hold a list."),
        ("model/people/roles.yaml", "- just words", "model/people/roles.yaml line 1: 0: "),
        ("model/people/roles.yaml", "- id: a\n  nmae: x\n", "model/people/roles.yaml line 1: a.name: is required."),
        ("model/procedures/ZZ-9.yaml", "", "model/procedures/ZZ-9.yaml: "),
        ("model/network/pattern.yaml", "hours: x", "model/network/pattern.yaml: centre_counters: is required."),
        ("model/package.toml", "name = 'X Y'", "model/package.toml: name: "),
        ("local/contacts.toml", "hotline = 3", "local/contacts.toml: hotline: "),
        ("local/contacts.toml", "[hotline]\nfone = 3", "local/contacts.toml: hotline.label: is required."),
        ("local/units.csv", "code,nome\n", "local/units.csv line 1: column 'nome'"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(tmp_path, file, text, where):
    assert str(refusal(tmp_path, {file: text})).startswith(where)


def test_a_procedure_stands_in_the_file_of_its_code(tmp_path):
    text = (TOWN / "model/procedures/ZZ-101.yaml").read_text()
    error = refusal(tmp_path, {"model/procedures/ZZ-7.yaml": text})
    assert ("model/procedures/ZZ-7.yaml: code", "holds the procedure ZZ-101.") == (str(error.where), error.what)


@pytest.mark.parametrize(
    ("file", "text", "what"),
    [
        ("local/heads.csv", HEADS + "mayor,PA,Another mayor,\n", "id 'mayor' stands twice."),
        ("model/people/roles.yaml", "- &a {id: a, name: {en: A}, duty: {en: A}}\n- *a\n", "id 'a' stands twice."),
        (
            "local/points.csv",
            "id,kind,name,unit,reference,certainty\n" + "a,kiosk,A,PA,charter,high\n" * 2,
            "service point 'a' is offered by 'this deployment' twice.",
        ),
    ],
)
def test_a_thing_that_stands_twice_is_refused(tmp_path, file, text, what):
    error = refusal(tmp_path, {file: text})
    assert isinstance(error, DuplicateError)
    assert what == error.what


def test_files_that_are_not_there_hold_nothing(tmp_path):
    (tmp_path / "pilot.toml").write_text((TOWN / "pilot.toml").read_text())
    town = Deployment(tmp_path).catalog
    assert ({}, (), None, None) == (town.procedures, town.targets, town.package, town.profile)
