"""Plugins bring data files: read, overridden, checked, packed and handed on like the core's own."""

import json

import pytest
from pydantic import ConfigDict

from pilotkit import DataError, Deployment, LocalText, PluginError, UnknownError, hookimpl
from pilotkit.catalog.data_files import DataFiles
from pilotkit.catalog.plugins import Offered
from pilotkit.checks.run import run_checks
from pilotkit.cli.schema import schemas
from pilotkit.data import DataFile, DuplicateError, Holds, Noun, Sourced
from pilotkit.packages.effective_model import layered_files
from pilotkit.reading.yaml_data import parse_yaml
from pilotkit.testing import tiny_deployment


class Greeting(Sourced):
    """A greeting."""

    id: str
    words: LocalText
    loudness: int = 1


class Absence(Noun):
    """A day on which nobody greets."""

    day: str
    why: str | None = None


class Loose(Noun):
    model_config = ConfigDict(extra="ignore")


LIST, ROWS = "model/greeting/greetings.yaml", "local/absences.csv"
ONE, FOLDER = "model/greeting/default.yaml", "model/greetings"
FILES = (
    DataFile(LIST, Greeting, Holds.LIST),
    DataFile(ROWS, Absence, Holds.ROWS),
    DataFile(ONE, Greeting, Holds.ONE),
    DataFile(FOLDER, Greeting, Holds.FOLDER),
)
HELLO = "id: hello\nwords: {en: Hello, fr: Bonjour}\nreference: example\ncertainty: synthetic\n"
DATA = {
    LIST: "- " + HELLO.replace("\n", "\n  ").rstrip() + "\n",
    ROWS: "day,why\n2025-07-01,holiday\n2025-07-02,\n",
    ONE: HELLO,
    f"{FOLDER}/hello.yaml": HELLO,
}


class Plugin:
    @hookimpl
    def register_data(self):
        return FILES


def opened(folder, plugin=Plugin):
    deployment = Deployment(folder)
    deployment.plugins._add("greeting", plugin)  # as an installed plugin
    return deployment


@pytest.fixture
def make(tmp_path):
    """A town with the plugin and its data, some of it changed."""

    def town(**changes):
        return opened(tiny_deployment(tmp_path / "town", {**DATA, **changes}))

    return town


def test_every_shape_is_read_as_values_of_its_class(make):
    catalog = make().catalog
    assert ["hello"] == [each.id for each in catalog.values(LIST, Greeting)]
    assert [("2025-07-01", "holiday"), ("2025-07-02", None)] == [
        (each.day, each.why) for each in catalog.values(ROWS, Absence)
    ]
    assert ["Hello"] == [each.words.root["en"] for each in catalog.values(ONE, Greeting)]
    assert ["hello"] == [each.id for each in catalog.values(FOLDER, Greeting)]


def test_a_file_that_is_not_there_holds_nothing_and_one_that_nobody_brings_is_unknown(tmp_path):
    catalog = opened(tiny_deployment(tmp_path / "town")).catalog
    assert () == catalog.values(LIST, Greeting)
    with pytest.raises(UnknownError, match="no plugin brings the data file 'model/other.yaml'"):
        catalog.values("model/other.yaml", Greeting)


@pytest.mark.parametrize(
    ("file", "override"),
    [
        (LIST, "hello:\n  loudness: {is: 9, was: 1}\n"),
        (ONE, "loudness: {is: 9, was: 1}\n"),
        (f"{FOLDER}/hello.yaml", "loudness: {is: 9, was: 1}\n"),
    ],
)
def test_a_deployment_overrides_one_key_of_it(make, file, override):
    name = f"local/overrides/{file.removeprefix('model/')}"
    path = FOLDER if file.startswith(FOLDER) else file
    deployment = make(**{name: override})
    assert [9] == [each.loudness for each in deployment.catalog.values(path, Greeting)]
    assert [] == [each for each in run_checks(deployment) if each.check == "overrides" and each.severity == "error"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({LIST: "- {id: a, words: {en: A}, reference: x, certainty: low, volume: 3}"}, r"greetings\.yaml.*a\.volume"),
        ({LIST: "hello: there"}, r"greetings\.yaml: must hold a list"),
        ({ROWS: "day,who\n2025-07-01,me\n"}, r"absences\.csv.*who"),
        ({f"{FOLDER}/hello.yaml": HELLO.replace("hello", "other")}, r"hello\.yaml.*holds the greeting other"),
    ],
    ids=["an unknown key", "no list", "an unknown column", "a file of another name"],
)
def test_what_is_wrong_is_named_with_file_and_key(make, changes, words):
    with pytest.raises(DataError, match=words):
        _ = make(**changes).catalog


def test_the_same_id_twice_is_refused(make):
    with pytest.raises(DuplicateError, match="'hello' stands twice"):
        _ = make(**{LIST: DATA[LIST] * 2}).catalog


def test_check_reads_its_languages_and_its_sources_and_calls_no_file_of_it_a_stray(make):
    lacking = make(**{LIST: DATA[LIST].replace(", fr: Bonjour", "").replace("reference: example", "reference: none")})
    found = {(each.check, each.where.file) for each in run_checks(lacking)}
    assert ("languages", LIST) in found
    assert {"references"} == {check for check, file in found if file == LIST} - {"languages", "evidence"}
    assert not {file for check, file in found if check == "strays" and file in DATA}


def test_without_the_plugin_its_file_in_a_folder_that_others_read_is_a_notice(tmp_path):
    found = run_checks(Deployment(tiny_deployment(tmp_path / "town", {ROWS: DATA[ROWS]})))
    assert ROWS in {each.where.file for each in found if each.check == "strays"}


@pytest.mark.parametrize(
    ("path", "holds"),
    [
        ("other/x.yaml", Holds.LIST),
        ("model/../x.yaml", Holds.LIST),
        ("model/x.csv", Holds.LIST),
        ("model/x.yaml", Holds.ROWS),
        ("local/overrides/x.yaml", Holds.ONE),
        ("model/Großes.yaml", Holds.ONE),
        ("/model/x.yaml", Holds.ONE),
    ],
)
def test_a_path_that_is_no_place_for_it_is_refused(path, holds):
    with pytest.raises(PluginError, match="cannot hold"):
        DataFile(path, Greeting, holds)


def test_a_class_that_takes_unknown_keys_is_refused():
    with pytest.raises(PluginError, match="Loose of the data file 'model/x.yaml' takes unknown keys"):
        DataFile("model/x.yaml", Loose, Holds.ONE)


def test_two_plugins_may_not_bring_one_file_nor_one_the_core_s():
    file = DataFile(LIST, Greeting, Holds.LIST)
    with pytest.raises(DuplicateError, match="data file 'model/greeting/greetings.yaml' is offered by 'a' and by 'b'"):
        DataFiles([Offered("a", file), Offered("b", file)])
    with pytest.raises(DuplicateError, match="offered by 'a' and is the core's"):
        DataFiles([Offered("a", DataFile("model/kpis/kpis.yaml", Greeting, Holds.LIST))])


def test_the_core_s_own_files_are_described_the_same_way():
    files = DataFiles()
    assert files.is_overridable("model/kpis/kpis.yaml")
    assert files.is_overridable("model/procedures/ZZ-101.yaml")
    assert not files.is_overridable("local/units.csv")
    assert not files.is_overridable("model/package.toml")
    assert files.at("model/unknown.yaml") is None


def test_what_was_overridden_travels_in_its_place(make):
    override = {f"local/overrides/{LIST.removeprefix('model/')}": "hello:\n  loudness: {is: 9, was: 1}\n"}
    ((name, packed),) = layered_files(make(**override))
    assert ("greeting/greetings.yaml", [9]) == (
        name,
        [each["loudness"] for each in parse_yaml(packed.data.decode(), name)],
    )


def test_schemas_are_those_of_every_yaml_file():
    assert json.dumps(schemas()["kpis"])
