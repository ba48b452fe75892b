"""A template is data: it puts answers into text, and whatever else it tries is refused and leaves nothing."""

import csv
import io
import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.drill import size

from pilotkit.registry.verified_download import VerifiedPackage, download_verified
from pilotkit.scaffold.new_deployment import new
from pilotkit.scaffold.rendering import read_template_settings, render
from pilotkit.scaffold.sandbox import Meter
from pilotkit.trust import TemplateError

Package = Callable[..., Path]
GROWING = "{{% set a0 = ['x'] %}}{}" + "".join(
    f"{{{{% set a{n} = [{', '.join([f'a{n - 1}'] * 10)}] %}}}}" for n in range(1, 9)
)
"""Lists of lists, ten times as large in each line."""
PILOT = '[deployment]\nid = "x"\nname = {en = "X"}\nscheme = "zz"\nprovince = "SP"\nlanguages = ["en"]\n'
FORMS = Path(__file__).parents[3] / "templates" / "province" / "templates" / "forms.jinja"
LINE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=200)


def unsigned(package: Path) -> VerifiedPackage:
    return download_verified(package, allow_unsigned=True)


def scaffold(package: Path, units: Path, target: Path, **answers: str) -> Path:
    return new(unsigned(package), "SP", target, {"units_file": str(units), **answers}).folder


def refused(package: Path, units: Path, tmp_path: Path, what: str, **answers: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(TemplateError, match=what):
        scaffold(package, units, tmp_path / "made", **answers)
    assert before == sorted(tmp_path.rglob("*"))


@pytest.mark.parametrize("expression", ["{{ 7*7 }}", "{% if 1 %}x{% endif %}", "{# x #}", "{{ ''.__class__ }}"])
def test_an_expression_among_the_questions_is_refused(
    package_with: Package, units: Path, tmp_path: Path, expression: str
) -> None:
    package = package_with({"pilot.toml": PILOT}, {"province": "", "hotline": expression, "_folder": "x"})
    refused(package, units, tmp_path, r"template/cookiecutter\.json: hotline: holds an expression")


@pytest.mark.parametrize("value", [["{{ x }}"], {"a": {"b": "{{ x }}"}}, "{{ x }}"])
def test_an_expression_is_refused_however_deep_it_stands(value: object) -> None:
    with pytest.raises(TemplateError, match="holds an expression"):
        read_template_settings(json.dumps({"_deep": value}))


@pytest.mark.parametrize("key", ["_extensions", "_jinja2_env_vars", "_templates", "templates", "_copy_without_render"])
def test_a_setting_that_loads_or_runs_something_is_refused(
    package_with: Package, units: Path, tmp_path: Path, key: str
) -> None:
    package = package_with({"pilot.toml": PILOT}, {"province": "", "_folder": "x", key: ["os.system"]})
    refused(package, units, tmp_path, f"{key}: is a setting that a package's template may not use")


@pytest.mark.parametrize("settings_", ["{", "[]", "7", "[" * 5_000])
def test_settings_that_are_not_a_mapping_are_refused(
    package_with: Package, units: Path, tmp_path: Path, settings_: str
) -> None:
    refused(package_with({"pilot.toml": PILOT}, settings_), units, tmp_path, r"template/cookiecutter\.json")


def test_seven_questions_are_too_many(package_with: Package, units: Path, tmp_path: Path) -> None:
    package = package_with({"pilot.toml": PILOT}, {f"question{number}": "" for number in range(7)})
    refused(package, units, tmp_path, "asks 7 questions; 6 is the most")


def test_a_hook_is_refused_and_does_not_run(package_with: Package, units: Path, tmp_path: Path) -> None:
    proof = tmp_path / "ran"
    hook = {"hooks/pre_gen_project.py": f"open({str(proof)!r}, 'w')", "hooks/post_gen_project.sh": f"touch {proof}"}
    refused(package_with({"pilot.toml": PILOT}, beside=hook), units, tmp_path, "hooks are programs")
    assert not proof.exists()


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        ("../../x", "leaves its folder"),
        ("/tmp/x", "is absolute"),
        ("a\\..\\x", "holds"),
        ("..", "leaves its folder"),
        ("", "empty name"),
        ("C:x", "is absolute"),
        ("con", "Windows"),
    ],
)
def test_an_answer_that_leads_out_of_the_folder_is_refused(
    package_with: Package, units: Path, tmp_path: Path, answer: str, what: str
) -> None:
    package = package_with({"pilot.toml": PILOT, "ops/{{cookiecutter.hotline}}/x.txt": "x"})
    if answer == "/tmp/x":
        what = "leaves its folder, or holds an empty name"
    if answer == "C:x":
        what = "holds ':'"
    refused(package, units, tmp_path, what, hotline=answer)


@pytest.mark.parametrize("name", ["model/x.yaml", "Model/x.yaml", "var/pilot.db", "answers.json"])
def test_a_template_may_not_write_what_is_not_its_own(
    package_with: Package, units: Path, tmp_path: Path, name: str
) -> None:
    refused(package_with({"pilot.toml": PILOT, name: "x"}), units, tmp_path, "does not own")


def test_two_files_that_would_get_the_same_name_are_refused(package_with: Package, units: Path, tmp_path: Path) -> None:
    package = package_with({"pilot.toml": PILOT, "{{cookiecutter.hotline}}": ""})
    refused(package, units, tmp_path, "would be written twice", hotline="PILOT.toml")


@pytest.mark.parametrize("name", ["{% include 'n.jinja' %}", "{{ 1%0 }}", "{{ cookiecutter.a ~ 1 }}", "{{ x }}"])
def test_a_name_that_could_come_out_otherwise_the_second_time_is_refused(
    package_with: Package, units: Path, tmp_path: Path, name: str
) -> None:
    beside = {"templates/n.jinja": "{{ 'a' if ({}['items']|string)[40] in '01234567' else '../../evil' }}"}
    refused(
        package_with({"pilot.toml": PILOT, name: "x"}, beside=beside), units, tmp_path, "more than put an answer in"
    )


def test_a_namespace_does_not_write_out_what_it_holds(tmp_path: Path) -> None:
    said = "{% set a = namespace(x='secret') %}{% set b = namespace(x=a, y=a) %}{{ b }}{{ b.x.x }}"
    tree = tmp_path / "template/{{cookiecutter._folder}}"
    tree.mkdir(parents=True)
    (tree / "x.txt").write_text(said)
    render(tmp_path / "template", {}, tmp_path / "out")
    assert "<Namespace>secret" == (tmp_path / "out/x.txt").read_text()


def test_a_filter_may_be_mapped(tmp_path: Path) -> None:
    tree = tmp_path / "template/{{cookiecutter._folder}}"
    tree.mkdir(parents=True)
    (tree / "x.txt").write_text("{{ ['a', 'b']|map('upper')|join(',') }}")
    render(tmp_path / "template", {}, tmp_path / "out")
    assert "A,B" == (tmp_path / "out/x.txt").read_text()


@pytest.mark.parametrize(
    "hostile",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ cookiecutter.__class__.__init__.__globals__ }}",
        "{{ ''['__class__'] }}",
        "{{ ''|attr('__class__') }}",
        "{{ [''] | map(attribute='__class__') | join }}",
        "{{ cookiecutter.update({}) }}",
        "{{ cookiecutter.items.__self__ }}",
        "{{ 'x'.upper() }}",
        "{{ '{0.__class__}'.format('') }}",
        "{{ '{0:1000000000}'.format('') }}",
        "{{ '%01000000000d' % 1 }}",
        "{{ 'x' * 1000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ 'x'|center(1000000000) }}",
        "{{ 'x'|format(1) }}",
        "{{ lipsum(n=100000) }}",
        "{{ range(1000000000)|list }}",
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
        "{% set all = range(10000) %}{% for a in all %}{% for b in all %}{% endfor %}{% endfor %}",
        "{% set n = namespace(s='xxxxxxxx') %}{% for i in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
        "{% set n = namespace(s='xxxxxxxx') %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}",
        "{% set n = namespace(s='xx') %}{% for i in range(99) %}{% set n.s = n.s|replace('x', 'xxxx') %}{% endfor %}",
        "{% set n = namespace(s=['x']) %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}",
        "{% set n = namespace(s=['x']) %}{% for i in range(99) %}{% set n.s = [n.s|join(n.s|join), 'y'] %}{% endfor %}",
        "{% macro m(x) %}{{ x }}{{ x }}{% endmacro %}{{ " + "m(" * 30 + "'x'" + ")" * 30 + " }}",
        "{% macro m(n) %}{{ m(n - 1) if n }}{{ m(n - 1) if n }}{% endmacro %}{{ m(100) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% include 'pilot.toml' %}{% include '../../package.toml' %}",
        "{% include '/etc/hostname' %}",
        "{% import 'os' as os %}",
        "{% extends '../../../x' %}",
        "{{ 1.5|round(1000000000, 'ceil') }}",
        GROWING.format("") + "{{ a8 }}",
        GROWING.format("") + "{{ a8|string|length }}",
        GROWING.format("") + "{{ a8|jsonify }}",
        GROWING.format("") + "{{ (a8, [a8]) == (a8, a8) }}",
        "{% set n = namespace(l=[range(99)|join]) %}{% for i in range(9) %}{% set n.l = n.l + n.l + n.l %}{% endfor %}",
        "{% macro m(n) %}{{ m(n - 1, varargs, varargs) if n else varargs }}{% endmacro %}{{ m(40, 'x') }}",
        "{{1}}" * 1_000,
        "{{ missing }}",
        "{{ cookiecutter.missing }}",
        "{% if %}",
        "{{ 1 / 0 }}",
        "{{ 1 + 'x' }}",
        "{% do 1 %}",
        "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    ],
)
def test_what_data_may_not_do_is_refused(
    package_with: Package, units: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hostile: str
) -> None:
    monkeypatch.setattr("pilotkit.scaffold.rendering.Meter", lambda: Meter(work=100_000))
    refused(package_with({"pilot.toml": PILOT, "x.txt": hostile}), units, tmp_path, r"x\.txt")


def test_a_mistake_is_told_with_its_line(package_with: Package, units: Path, tmp_path: Path) -> None:
    package = package_with({"pilot.toml": PILOT, "x.txt": "one\ntwo\n{% if %}\n"})
    refused(package, units, tmp_path, r"x\.txt line 3: cannot be rendered")


def test_an_answer_is_data_and_not_a_template(package_with: Package, units: Path, tmp_path: Path) -> None:
    package = package_with({"pilot.toml": PILOT, "local/units.csv": "", "x.txt": "{{ cookiecutter.hotline }}"})
    with pytest.raises(Exception, match=r"units\.csv"):  # the template is not whole; what matters is below
        scaffold(package, units, tmp_path / "made", hotline="{{ 7*7 }}")
    folder = tmp_path / "template" / "{{cookiecutter.x}}"
    folder.mkdir(parents=True)
    (folder / "x.txt").write_text("{{ cookiecutter.hotline }}")
    render(tmp_path / "template", {"hotline": "{{ 7*7 }}{% raw %}"}, tmp_path / "out")
    assert (tmp_path / "out/x.txt").read_text() == "{{ 7*7 }}{% raw %}"


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template that writes one answer into a file of each kind, with the province template's own macros."""
    template = tmp_path_factory.mktemp("forms")
    tree = template / "{{cookiecutter._folder}}"
    tree.mkdir()
    (template / "templates").mkdir()
    (template / "templates" / "forms.jinja").write_text(FORMS.read_text(encoding="utf-8"), encoding="utf-8")
    (tree / "x.toml").write_text('{% from "forms.jinja" import toml %}said = {{ toml(cookiecutter.said) }}\n')
    (tree / "x.csv").write_text('{% from "forms.jinja" import table %}{{ table(["a", "b"], cookiecutter.rows) }}')
    (tree / "x.txt").write_text("{{ cookiecutter.said }}")
    return template


@pytest.mark.drill
@settings(max_examples=size(25, 60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=LINE)
def test_any_answer_comes_back_literally(forms: Path, tmp_path: Path, said: str) -> None:
    render(forms, {"said": said, "rows": [{"a": said, "b": "1"}, {"a": "2", "b": said}]}, tmp_path)
    assert said == tomllib.loads((tmp_path / "x.toml").read_text(encoding="utf-8"))["said"]
    assert said == (tmp_path / "x.txt").read_text(encoding="utf-8")
    table = list(csv.reader(io.StringIO((tmp_path / "x.csv").read_text(encoding="utf-8"), newline=""), strict=True))
    assert table == [["a", "b"], [said, "1"], ["2", said]]


def test_the_users_own_cookiecutter_is_left_alone(
    package: Path, units: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".cookiecutterrc").write_text("default_context: {hotline: 999, database: evil}\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("COOKIECUTTER_CONFIG", str(home / ".cookiecutterrc"))
    made = scaffold(package, units, tmp_path / "made")
    assert "evil" not in (made / "pilot.toml").read_text()
    assert [".cookiecutterrc"] == [path.name for path in home.iterdir()]


def test_rendering_leaves_the_working_folder_as_it_was(package: Path, units: Path, tmp_path: Path) -> None:
    before = Path.cwd()
    scaffold(package, units, tmp_path / "made")
    assert before == Path.cwd()


def test_a_target_relative_to_the_working_folder_is_made_there(
    package: Path, units: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scaffold(package, units, Path("made"))
    assert (tmp_path / "made/pilot.toml").is_file()
