"""A ministry's day at the command line: keys, ceremony, publication, a province, a revocation."""

import json
from pathlib import Path

import pytest

from pilotkit import Deployment
from pilotkit.cli.app import run
from pilotkit.packages.packing import pack
from pilotkit.testing import tiny_deployment

TEMPLATE = str(Path(__file__).parents[3] / "templates" / "province")
UNITS = """scheme,code,valid_from,name,kind,level,parent,latitude,longitude
zz,SP,2024-01-01,Silver Point,municipality,province,,1.5,-30.5
zz,SP-01,2024-01-01,Quarter East Gate,quarter,commune,SP,1.52,-30.51
"""
NAME = "port-amber-model"
PASSPHRASE = "correct horse battery"


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with keys, a package and a country's units."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PILOTKIT_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("a", "b", "c", "snapshot", "timestamp", "amber"):
        assert 0 == command("key", name)
    donor = Deployment(tiny_deployment(tmp_path / "donor", package__template=TEMPLATE))
    pack(donor, tmp_path)
    (tmp_path / "units.csv").write_text(UNITS)
    (tmp_path / "answers.toml").write_text('units_file = "units.csv"\n')
    return tmp_path


def command(*words: str) -> int:
    return run(["registry", *words])


def new(*words: str) -> int:
    return run(["new", *words, "--province", "SP", "-o", "made", "--answers", "answers.toml", "--no-input"])


def begin() -> None:
    officers = [word for name in "abc" for word in ("--root", f"{name}.pub")]
    assert 0 == command("init", "ministry", *officers, "--snapshot", "snapshot.pub", "--timestamp", "timestamp.pub")
    assert 0 == command("add-key", "ministry", "amber", "amber.pub")
    assert 0 == command("publish", "ministry", "amber", f"{NAME}-0.1.0.zip", "--key", "amber")


def settle(*files: str) -> None:
    for officer in "ab":
        assert 0 == command("sign", *(f"ministry/pending/{file}.json" for file in files), "--key", officer, "--yes")
    assert 0 == command("refresh", "ministry", "--key", "snapshot", "--key", "timestamp")


def test_from_keys_to_a_province_and_to_a_revocation(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begin()
    settle("root", "targets")
    said = capsys.readouterr()
    assert f"published: {NAME} 0.1.0 of amber" in said.out
    assert PASSPHRASE not in said.out + said.err
    assert 0 == command("export", "ministry", "-o", "stick")
    assert 0 == new(NAME, "--registry", "stick", "--root", "ministry/metadata/1.root.json")
    fingerprint = capsys.readouterr().err.partition("Root of trust: SHA-256 ")[2].partition(".")[0]
    assert 0 == command("status", "ministry", "--json")
    assert fingerprint == json.loads(capsys.readouterr().out)["fingerprint"]
    assert 0 == command("follow", "made", "--registry", "ministry")
    assert 0 == command("revoke", "ministry", f"{NAME}==0.1.0", "--reason", "A fee is wrong.")
    settle("targets")
    capsys.readouterr()
    assert 1 == command("follow", "made", "--registry", "ministry")
    assert "A fee is wrong." in capsys.readouterr().out
    assert 1 == run(["check", "made"])
    assert f"{NAME} 0.1.0 was revoked" in capsys.readouterr().out


def test_nothing_is_public_before_two_have_signed(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begin()
    assert 0 == command("sign", "ministry/pending/root.json", "ministry/pending/targets.json", "--key", "a", "--yes")
    assert 0 == command("refresh", "ministry", "--key", "snapshot", "--key", "timestamp")
    assert "targets.json waits for signatures" in capsys.readouterr().err
    assert 3 == command("export", "ministry", "-o", "stick")
    assert not (room / "ministry/metadata").exists()


def test_a_signature_is_asked_for_after_it_was_shown_what_is_signed(
    room: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begin()
    monkeypatch.setattr(
        "pilotkit.cli.registry_commands.typer.confirm", lambda *_, **__: (_ for _ in ()).throw(SystemExit(1))
    )
    assert 1 == command("sign", "ministry/pending/root.json", "--key", "a")
    assert "root: 2 of 3 keys" in capsys.readouterr().out
    assert [] == json.loads((room / "ministry/pending/root.json").read_text())["signatures"]


def test_a_package_file_that_nobody_vouches_for_is_taken_loudly_or_not_at_all(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = f"{NAME}-0.1.0.zip"
    assert 4 == new(package)
    assert "nobody vouches for" in capsys.readouterr().err
    assert not (room / "made").exists()
    assert 0 == new(package, "--allow-unsigned")
    assert "NOBODY VOUCHES FOR" in capsys.readouterr().err


def test_a_registry_is_named_with_its_root(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 3 == new(NAME, "--registry", "ministry")
    assert "--root is missing. A registry is named together with the root" in " ".join(capsys.readouterr().err.split())
    assert 4 == new(NAME)
    assert "no registry was named" in " ".join(capsys.readouterr().err.split())


def test_a_key_is_put_in_the_place_of_another(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begin()
    settle("root", "targets")
    assert 0 == command("key", "timestamp-2")
    assert 0 == command("rotate", "ministry", "timestamp", "--old", "timestamp.pub", "--new", "timestamp-2.pub")
    for officer in "ab":
        assert 0 == command("sign", "ministry/pending/root.json", "--key", officer, "--yes")
    assert 0 == command("refresh", "ministry", "--key", "timestamp-2", "--json")
    published = json.loads(capsys.readouterr().out.partition("\n{")[2].join(["{", ""]))["published"]
    assert {"root 2", "timestamp 2"} == set(published)


def test_a_revocation_names_a_version(room: Path) -> None:
    assert 2 == command("revoke", "ministry", NAME, "--reason", "x")
