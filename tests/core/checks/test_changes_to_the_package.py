"""What the checks of overrides and integrity find: changes to the package, allowed and not."""

from pathlib import Path

import pytest

from pilotkit import Deployment, Severity
from pilotkit.checks import donor_leaks as leftovers
from pilotkit.checks.run import run_checks
from pilotkit.packages.donor_fingerprints import DonorLeak
from pilotkit.packages.manifest import canonical_bytes, manifest_of
from pilotkit.testing import tiny_deployment

ERROR, WARNING = Severity.ERROR, Severity.WARNING


def found(folder, files=None, check=None, **changes):
    findings = run_checks(Deployment(tiny_deployment(folder, files, **changes)))
    return [finding for finding in findings if check is None or finding.check == check]


def told(findings):
    return [(finding.severity, str(finding.where), finding.message) for finding in findings]


OVERRIDE = "local/overrides/procedures/ZZ-102.yaml"


def test_a_change_that_fits_is_no_finding(tmp_path):
    assert [] == found(tmp_path, {OVERRIDE: "decision: {is: Ordinance 8}"}, "overrides")


def test_a_stale_change_is_a_warning_with_both_values(tmp_path):
    assert [
        (
            WARNING,
            f"{OVERRIDE}: domain",
            "The change replaced 'sea', but the package now says 'civil-registry'; yours, 'trade', holds.",
        )
    ] == told(found(tmp_path, {OVERRIDE: "domain: {is: trade, was: sea}"}, "overrides"))


@pytest.mark.parametrize(
    "override",
    [
        "offers: {online: {deadline: {is: {amount: 9, unit: working_days}, was: {amount: 2, unit: working_days}}}}",
        "offers: {online: {deadline: {amount: {is: 9, was: 2}}}}",
        "offers: {online: {$delete: true}}",
    ],
)
def test_a_locked_key_may_not_be_changed_at_below_or_above_it(tmp_path, override):
    findings = found(tmp_path, {"local/overrides/procedures/ZZ-101.yaml": override}, "overrides")
    assert [(ERROR, "The package locks this key")] == [
        (each.severity, each.message[:26]) for each in findings if each.severity is ERROR
    ]


def test_the_neighbour_of_a_locked_key_may_be_changed(tmp_path):
    override = "offers: {online: {whole_process: {is: false, was: true}}}"
    assert [] == found(tmp_path, {"local/overrides/procedures/ZZ-101.yaml": override}, "overrides")


@pytest.mark.parametrize("name", ["procedures/ZZ-999.yaml", "kpi/kpis.yaml", "package.toml"])
def test_an_override_of_nothing_is_an_error(tmp_path, name):
    findings = found(tmp_path, {f"local/overrides/{name}": "a: {is: 1}"}, "overrides")
    assert [(ERROR, f"local/overrides/{name}")] == [(each.severity, str(each.where)) for each in findings]


def with_manifest(folder: Path) -> Path:
    model = tiny_deployment(folder) / "model"
    files = {path.relative_to(model).as_posix(): path.read_bytes() for path in model.rglob("*") if path.is_file()}
    (model / "manifest.json").write_bytes(canonical_bytes(manifest_of(files)))
    return folder


def integrity(folder):
    return told(each for each in run_checks(Deployment(folder)) if each.check == "integrity")


def test_a_model_as_it_came_is_no_finding(tmp_path):
    assert [] == integrity(with_manifest(tmp_path))


def test_what_was_done_to_the_model_is_an_error_each(tmp_path):
    folder = with_manifest(tmp_path)
    (folder / "model/people/campaigns.yaml").unlink()
    (folder / "model/people/extra.txt").write_text("x")
    with (folder / "model/people/norms.yaml").open("a") as norms:
        norms.write("# a little note\n")
    assert [
        (ERROR, "model/people/campaigns.yaml", "The package's file is missing."),
        (ERROR, "model/people/extra.txt", "The file is not one of the package."),
        (ERROR, "model/people/norms.yaml", "The file is not as the package has it."),
    ] == integrity(folder)


def test_what_is_the_donors_is_an_error_where_it_stands(tmp_path, monkeypatch):
    found = [("local/notes.md", DonorLeak("phone number", "555-0100", 2))]
    monkeypatch.setattr(leftovers, "find_donor_leaks", lambda _: iter(found))
    findings = run_checks(Deployment(tiny_deployment(tmp_path)))
    assert (ERROR, "local/notes.md line 2", "The donor's phone number '555-0100' stands here.") == told(findings)[0]
