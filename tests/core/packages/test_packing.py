"""A deployment becomes a package: what goes in, what stays, and that it is always the same."""

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from pilotkit import DataError, Deployment
from pilotkit.figures import TargetError
from pilotkit.packages.archive import inspect
from pilotkit.packages.packing import PackedPackage, pack
from pilotkit.testing import tiny_deployment
from pilotkit.trust import PackageError


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def test_a_package_is_named_after_its_name_and_version(packed: PackedPackage) -> None:
    assert packed.path.name == "port-amber-model-0.1.0.zip"
    assert packed.size == packed.path.stat().st_size


def test_packing_twice_gives_the_same_bytes(donor: Path, packed: PackedPackage, tmp_path: Path) -> None:
    os.utime(donor / "model" / "package.toml", (1, 1))
    (donor / "model" / "package.toml").chmod(0o600)
    again = pack(Deployment(donor), tmp_path / "again")
    assert packed.path.read_bytes() == again.path.read_bytes()
    assert packed.identity == again.identity


def test_the_identity_is_the_hash_of_the_manifest(packed: PackedPackage) -> None:
    with zipfile.ZipFile(packed.path) as archive:
        assert hashlib.sha256(archive.read("manifest.json")).hexdigest() == packed.identity


def test_one_changed_letter_is_another_identity(donor: Path, packed: PackedPackage, tmp_path: Path) -> None:
    roles = donor / "model/people/roles.yaml"
    roles.write_text(roles.read_text() + "\n# a note\n")
    assert packed.identity != pack(Deployment(donor), tmp_path / "again").identity


def test_a_package_holds_the_model_the_template_and_what_describes_them(packed: PackedPackage) -> None:
    held = names(packed.path)
    assert sorted(held) == held
    assert {"package.toml", "manifest.json", "donor-marks.json", "defaults.toml"} <= set(held)
    assert {"procedures/ZZ-101.yaml", "template/{{cookiecutter._folder}}/.gitignore"} <= set(held)
    assert not [name for name in held if name.startswith(("local/", "ops/", "pilot.toml"))]


def test_what_editors_leave_behind_stays_out(donor: Path, tmp_path: Path) -> None:
    for name in (".DS_Store", "people/roles.yaml~", "people/.roles.yaml.swp", "__pycache__/x.pyc", "kpis/x.pyc"):
        (donor / "model" / name).parent.mkdir(exist_ok=True)
        (donor / "model" / name).write_text("rubbish")
    held = names(pack(Deployment(donor), tmp_path / "out").path)
    assert not [name for name in held if "rubbish" in name or name.endswith((".pyc", "~", ".swp", ".DS_Store"))]


def test_files_that_the_package_calls_local_stay_out(donor: Path, tmp_path: Path) -> None:
    (donor / "model/knowledge/ours.txt").write_text("ours")
    info = donor / "model/package.toml"
    info.write_text(info.read_text().replace("[ownership]\n", '[ownership]\n"model/knowledge/ours*" = "local"\n'))
    assert "knowledge/ours.txt" not in names(pack(Deployment(donor), tmp_path / "out").path)


def test_a_symbolic_link_is_refused(donor: Path, tmp_path: Path) -> None:
    (donor / "model/evidence/link.yaml").symlink_to("/etc/hostname")
    with pytest.raises(PackageError, match=r"evidence/link\.yaml: is a symbolic link"):
        pack(Deployment(donor), tmp_path / "out")


def test_a_linked_folder_is_refused(donor: Path, tmp_path: Path) -> None:
    (donor / "model/more").symlink_to("/etc", target_is_directory=True)
    with pytest.raises(PackageError, match=r"more: is a symbolic link"):
        pack(Deployment(donor), tmp_path / "out")


def test_a_broken_model_is_not_packed(donor: Path, tmp_path: Path) -> None:
    (donor / "model/people/roles.yaml").write_text("- {id: [")
    with pytest.raises(DataError, match=r"model/people/roles\.yaml line \d"):
        pack(Deployment(donor), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_deployment_without_template_is_not_packed(tmp_path: Path) -> None:
    donor = tiny_deployment(tmp_path / "donor")
    with pytest.raises(PackageError, match=r"pilot\.toml: package\.template: there is no cookiecutter template"):
        pack(Deployment(donor), tmp_path / "out")


def test_a_deployment_without_package_is_not_packed(donor: Path, tmp_path: Path) -> None:
    (donor / "model/package.toml").unlink()
    with pytest.raises(PackageError, match=r"model/package\.toml: is missing"):
        pack(Deployment(donor), tmp_path / "out")


def test_a_target_that_cannot_be_written_is_refused(donor: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TargetError, match="cannot write into"):
        pack(Deployment(donor), tmp_path / "file" / "out")


def test_what_cannot_be_verified_does_not_take_the_packages_place(
    donor: Path, packed: PackedPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = packed.path.read_bytes()
    monkeypatch.setattr("pilotkit.packages.zip_reader.MAXIMUM_FILES", 3)
    with pytest.raises(PackageError, match="more than 3 files"):
        pack(Deployment(donor), packed.path.parent)
    assert [packed.path] == list(packed.path.parent.iterdir())
    assert before == packed.path.read_bytes()


def test_a_name_that_not_every_system_allows_is_refused(donor: Path, tmp_path: Path) -> None:
    (donor / "model/evidence/what?.txt").write_text("")
    with pytest.raises(PackageError, match=r"what\?\.txt: has a path that holds '\?'"):
        pack(Deployment(donor), tmp_path / "out")


@pytest.mark.parametrize(
    ("fact", "kind"),
    [
        ("Call 555-0100 any time", "phone number"),
        ("Call 555 0100 any time", "phone number"),
        ("Write to HELP@port-amber.example", "e-mail address"),
        ("the Mayor of Port\n  Amber signs", "office"),
        ("in the quarter Hill Farms", "unit name"),
        ("code PA-03 stands here", "unit code"),
        ("at 1 Harbour Street, North Quay", "address"),
        ("North Quay service point", "point name"),
        ("counted 1,250 people", "figure"),
        ("counted 1.250 people", "figure"),
        ("counted 1250 people", "figure"),
    ],
)
def test_a_model_that_names_what_is_local_is_not_packed(donor: Path, tmp_path: Path, fact: str, kind: str) -> None:
    (donor / "model/knowledge/notes.txt").write_text(f"first line\n\n{fact}\n")
    with pytest.raises(PackageError, match=rf"model/knowledge/notes\.txt line 3: holds the {kind} '"):
        pack(Deployment(donor), tmp_path / "out")


def test_evidence_may_name_the_donor(donor: Path, tmp_path: Path) -> None:
    (donor / "model/evidence/report.txt").write_text("The Mayor of Port Amber, 555-0100")
    assert "evidence/report.txt" in names(pack(Deployment(donor), tmp_path / "out").path)


def test_the_donors_facts_do_not_stand_in_the_package(packed: PackedPackage) -> None:
    with zipfile.ZipFile(packed.path) as archive:
        marks = archive.read("donor-marks.json").decode()
    for fact in ("555", "Mayor", "mayor", "Quay", "quay", "Harbour", "1250"):
        assert fact not in marks.replace("mayor@", "")


def test_defaults_are_the_countrys_and_not_the_donors(packed: PackedPackage) -> None:
    with zipfile.ZipFile(packed.path) as archive:
        defaults = archive.read("defaults.toml").decode()
    assert 'scheme = "zz"' in defaults
    assert "opens = 08:00:00" in defaults
    for own in ("port-amber", '"PA"', "prefix", "sqlite"):
        assert own not in defaults


def test_inspect_counts_what_is_in_a_package(packed: PackedPackage) -> None:
    contents = inspect(packed.path)
    assert packed.identity == contents.identity
    assert contents.counts["procedures"] == 3
    assert contents.counts["goals"] == 2
    assert packed.files == len(contents.manifest.files)
