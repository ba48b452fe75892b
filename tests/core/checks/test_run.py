"""How checks are gathered from plugins, run and told."""

import time
from dataclasses import replace
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest

from pilotkit import Check, DataError, Deployment, Finding, Place, PluginError, Severity, hookimpl
from pilotkit.catalog import plugins
from pilotkit.checks.grouping import few, gather
from pilotkit.checks.run import run_checks
from pilotkit.data import DuplicateError
from pilotkit.testing import tiny_deployment


@pytest.fixture
def with_check(tmp_path, monkeypatch):
    """A deployment with one more plugin that offers one more check."""

    def make(check):
        plugin = SimpleNamespace(register_checks=hookimpl(lambda: (check,)))
        deployment = Deployment(tiny_deployment(tmp_path / "tiny"))
        deployment.plugins._add("extra", lambda: plugin)
        return deployment

    return make


def finding(key="a", file="local/heads.csv"):
    return Finding(Severity.WARNING, "x", Place(file, key), f"{key} is wrong.", "Mend it.")


def test_a_plugins_check_is_run_beside_the_cores(with_check):
    deployment = with_check(Check("extra", "Is all well?", lambda _: [finding()]))
    assert finding() in run_checks(deployment)


def test_a_check_is_given_the_deployment(with_check):
    seen = []
    deployment = with_check(Check("extra", "Is all well?", lambda given: seen.append(given) or ()))
    run_checks(deployment)
    assert [deployment] == seen


def test_a_check_that_fails_is_named_with_its_plugin(with_check):
    deployment = with_check(Check("extra", "Is all well?", lambda _: 1 / 0))
    with pytest.raises(PluginError, match="check 'extra' of plugin 'extra' failed: ZeroDivisionError"):
        run_checks(deployment)


def test_a_check_that_fails_halfway_is_named_too(with_check):
    def halfway(_):
        yield finding()
        raise KeyError("x")

    with pytest.raises(PluginError, match="check 'extra' of plugin 'extra' failed: KeyError"):
        run_checks(with_check(Check("extra", "Is all well?", halfway)))


def test_a_check_that_yields_anything_but_findings_is_refused(with_check):
    with pytest.raises(PluginError, match="check 'extra' of plugin 'extra' yields a str"):
        run_checks(with_check(Check("extra", "Is all well?", lambda _: ["all is well"])))


def test_a_check_is_named_so_that_a_receipt_can_tell_it(with_check):
    found = replace(finding(), check="My Check")
    with pytest.raises(PluginError, match="check 'extra' of plugin 'extra' yields a finding of 'My Check'"):
        run_checks(with_check(Check("extra", "Is all well?", lambda _: [found])))


def test_two_plugins_may_not_offer_the_same_check(with_check):
    with pytest.raises(DuplicateError, match="check 'references' is offered by 'core' and by 'extra'"):
        run_checks(with_check(Check("references", "Is all well?", lambda _: ())))


def test_data_that_cannot_be_read_is_the_datas_fault_and_no_checks(tmp_path):
    deployment = Deployment(tiny_deployment(tmp_path, {"model/people/roles.yaml": "- id: [\n"}))
    with pytest.raises(DataError, match=r"model/people/roles\.yaml"):
        run_checks(deployment)


def test_a_few_findings_of_a_kind_are_told_one_by_one():
    findings = [finding(str(number)) for number in range(5)]
    assert findings == list(gather(findings, "{count} are wrong: {names}."))


def test_many_findings_of_a_kind_are_told_at_once():
    (all_of_them,) = gather([finding(str(number)) for number in range(6)], "{count} are wrong: {names}.")
    assert ("6 are wrong: 0, 1, 2 and 3 more.", Place("local/heads.csv"), "Mend it.") == (
        all_of_them.message,
        all_of_them.where,
        all_of_them.remedy,
    )


def test_many_findings_in_many_files_are_told_of_their_folder():
    (all_of_them,) = gather([finding("", f"model/procedures/{n}.yaml") for n in range(6)], "{names}")
    assert Place("model/procedures") == all_of_them.where


@pytest.mark.parametrize(
    ("names", "told"),
    [([], ""), (["a"], "a"), (["a", "b", "c"], "a, b, c"), (["a", "b", "c", "d"], "a, b, c and 1 more")],
)
def test_the_first_three_are_named(names, told):
    assert told == few(names)


def test_a_large_province_is_checked_in_the_blink_of_an_eye(tmp_path):
    def rows(file, made):
        path = folder / file
        path.write_text(path.read_text().splitlines()[0] + "\n" + "".join(made))

    folder = tiny_deployment(tmp_path)
    procedure = (folder / "model/procedures/ZZ-101.yaml").read_text()
    for number in range(150):
        (folder / f"model/procedures/P-{number}.yaml").write_text(procedure.replace("ZZ-101", f"P-{number}"))
    codes = [f"C-{number}" for number in range(126)]
    rows(
        "local/units.csv",
        [
            "zz,PA,2024-01-01,Port Amber,x,province,,,,,\n",
            *(f"zz,{c},2024-01-01,{c},x,commune,PA,,,,\n" for c in codes),
        ],
    )
    rows("local/heads.csv", ["mayor,PA,Mayor,\n", *(f"{c.lower()},{c},Warden,mayor\n" for c in codes)])
    rows(
        "local/targets.csv", (f"online_share,{c},{c.lower()},60,2025-07-01,2025-07-31,,,charter,high\n" for c in codes)
    )
    rows(
        "local/points.csv",
        (
            f"p-{n},{'commune_point' if n < 126 else 'kiosk'},P,{codes[n % 126]},,,,,,,online,open,charter,high\n"
            for n in range(600)
        ),
    )
    rows("local/staff.csv", (f"p-{n},receiving-officer,2,invented,synthetic\n" for n in range(126)))
    deployment = Deployment(folder)
    assert (153, 127, 600) == tuple(
        len(things) for things in (deployment.catalog.procedures, deployment.catalog.units, deployment.catalog.points)
    )
    deployment.plugins.collect("register_checks")  # imports the checks
    started = time.process_time()
    findings = run_checks(deployment)
    assert 0.3 > time.process_time() - started
    assert 20 > len(findings)


def test_importing_the_cores_plugin_imports_no_check():
    point = EntryPoint("core", "pilotkit.checks.plugin", plugins.GROUP)
    offered = ["register_checks", "register_search", "register_documents", "register_connectors"]
    assert offered == [name for name in vars(point.load()) if name.startswith("register")]
