"""Who may sign what: officers sign the same files on machines of their own; nothing is public before enough have."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner

from pilotkit.errors import DataError, TargetError, TrustError, UnknownError
from pilotkit.registry.drafts import publish, revoke
from pilotkit.registry.key_ceremony import add_key, begin, rotate, sign
from pilotkit.registry.keys import load_signer, make_key, read_public
from pilotkit.registry.layout import PERIODS, ROOT, SNAPSHOT, TARGETS, TIMESTAMP, RegistryFolder
from pilotkit.registry.offline_export import export
from pilotkit.registry.publishing import refresh
from pilotkit.registry.signed_lists import Lists
from pilotkit.registry.signing_summary import describe
from pilotkit.registry.status import status_of
from pilotkit.registry.temporary_registry import ThrowawayRegistry
from pilotkit.registry.trust_root import TrustedRegistry
from pilotkit.registry.verified_download import download_verified

NAME = "port-amber-model"
PASSPHRASE = "correct horse battery"


def signers(count: int) -> list[CryptoSigner]:
    return [CryptoSigner.generate_ed25519() for _ in range(count)]


def publics(*several: CryptoSigner) -> list:
    return [each.public_key for each in several]


@pytest.fixture
def begun(tmp_path: Path) -> tuple[RegistryFolder, list[CryptoSigner]]:
    """A registry that nobody has signed yet, with its keys: three officers, snapshot, timestamp."""
    keys = signers(5)
    folder = RegistryFolder(tmp_path / "begun")
    officers = publics(*keys[:3])
    begin(folder, {ROOT: officers, TARGETS: officers, SNAPSHOT: publics(keys[3]), TIMESTAMP: publics(keys[4])})
    return folder, keys


def test_officers_sign_copies_of_one_folder_in_turn(begun: tuple, tmp_path: Path) -> None:
    folder, keys = begun
    for number, officer in enumerate(keys[1:3]):
        desk = tmp_path / f"desk-{number}"
        shutil.copytree(folder.pending, desk)
        assert [number + 1, number + 1] == [sign(desk / f"{role}.json", officer).signatures for role in (ROOT, TARGETS)]
        shutil.rmtree(folder.pending)
        shutil.copytree(desk, folder.pending)
        assert () == refresh(folder).published
    done = refresh(folder, keys[3:])
    assert {"root 1", "targets 1", "snapshot 1", "timestamp 1"} == set(done.published)
    assert () == done.waiting


def test_one_signature_twice_is_one_signature(begun: tuple) -> None:
    folder, keys = begun
    for _ in range(2):
        assert 1 == sign(folder.pending / "root.json", keys[0]).signatures
    sign(folder.pending / "targets.json", keys[0])
    assert (ROOT, SNAPSHOT, TARGETS) == tuple(sorted({*refresh(folder, keys[3:]).waiting, SNAPSHOT}))
    assert not folder.metadata.exists()


def test_a_key_that_does_not_count_is_refused(begun: tuple) -> None:
    folder, keys = begun
    with pytest.raises(DataError, match="does not sign for 'root'"):
        sign(folder.pending / "root.json", keys[4])


def test_what_is_signed_is_shown_and_nobody_signs_blindly(begun: tuple, registry: ThrowawayRegistry) -> None:
    folder, _ = begun
    assert "root: 2 of 3 keys" in "\n".join(describe(folder.pending / "root.json"))
    revoke(registry.folder, NAME, "0.1.0", "A fee is wrong.")
    shown = "\n".join(describe(registry.folder.pending / "targets.json"))
    assert f"published: {NAME} 0.1.0 of amber" in shown
    assert f"revoked: {NAME} 0.1.0: A fee is wrong." in shown
    (registry.folder.pending / "catalog.json").write_text("{}")
    with pytest.raises(DataError, match="nobody could know what they sign"):
        describe(registry.folder.pending / "targets.json")


def test_a_draft_that_changes_loses_its_signatures(begun: tuple) -> None:
    folder, keys = begun
    sign(folder.pending / "targets.json", keys[0])
    add_key(folder, "amber", signers(1)[0].public_key)
    assert 0 == len(folder.draft(TARGETS).signatures)


@pytest.mark.parametrize(
    ("root", "threshold", "what"),
    [(2, 2, "root needs more than 2 different keys"), (3, 1, "is not enough"), (3, 3, "needs more than 3")],
)
def test_no_one_person_decides_and_one_key_may_be_lost(tmp_path: Path, root: int, threshold: int, what: str) -> None:
    officers = publics(*signers(root))
    keys = {ROOT: officers, TARGETS: officers, SNAPSHOT: publics(*signers(1)), TIMESTAMP: publics(*signers(1))}
    with pytest.raises(DataError, match=what):
        begin(RegistryFolder(tmp_path / "new"), keys, threshold=threshold)
    assert not (tmp_path / "new").exists()


def test_the_keys_of_the_services_sign_nothing_else(begun: tuple, tmp_path: Path) -> None:
    folder, keys = begun
    officers, both = publics(*keys[:3]), publics(keys[3])
    for snapshot, timestamp in ((both, both), (officers[:1], both), ([], both)):
        with pytest.raises(DataError, match="needs a key of its own"):
            begin(
                RegistryFolder(tmp_path / "new"),
                {ROOT: officers, TARGETS: officers, SNAPSHOT: snapshot, TIMESTAMP: timestamp},
            )
    with pytest.raises(DataError, match="signs for timestamp already"):
        add_key(folder, SNAPSHOT, keys[4].public_key)


def test_a_registry_is_not_begun_over_something(begun: tuple, registry: ThrowawayRegistry) -> None:
    folder, keys = begun
    with pytest.raises(TargetError, match="is not empty"):
        begin(folder, {ROOT: publics(*keys[:3])})
    for name in ("root", "catalog", "signers"):
        if name != "root":
            with pytest.raises(DataError, match="no publisher can be called"):
                add_key(folder, name, keys[0].public_key)
    with pytest.raises(UnknownError, match="there is no publisher 'chert'"):
        publish(registry.folder, "chert", [], [])


def test_an_officer_leaves_and_clients_follow(
    registry: ThrowawayRegistry, trusted: TrustedRegistry, packages: dict[str, Path]
) -> None:
    download_verified(NAME, registry=trusted)
    new, folder = signers(1)[0], registry.folder
    rotate(folder, ROOT, registry.officers[0].public_key, new.public_key)
    rotate(folder, TARGETS, registry.officers[0].public_key, new.public_key)
    alone = refresh(folder, [new, registry.officers[1]])
    assert (ROOT,) == tuple(role for role in alone.waiting if role == ROOT)  # the old root's two have not agreed
    done = refresh(folder, [registry.officers[2], registry.snapshot, registry.timestamp])
    assert "root 2" in done.published
    publish(folder, "amber", [packages["0.2.0"]], [registry.publishers["amber"]])
    refresh(folder, [new, registry.officers[1], registry.snapshot, registry.timestamp])
    found = download_verified(NAME, registry=trusted).statement
    assert ("0.2.0", 2) == (found.version, found.root_version)


def test_each_publisher_signs_for_its_own_folder_and_what_it_says_there_is_final(registry: ThrowawayRegistry) -> None:
    add_key(registry.folder, "cobalt", signers(1)[0].public_key)
    registry.settle()
    roles = registry.folder.current(TARGETS).signed.delegations.roles
    assert {name: (True, [f"packages/{name}/*"], None) for name in ("amber", "basalt", "cobalt")} == {
        name: (role.terminating, role.paths, role.path_hash_prefixes) for name, role in roles.items()
    }
    for name in roles:
        held = f"packages/{name}/town-model-1.0.0.zip"
        assert [name] == [other for other, role in roles.items() if role.is_delegated_path(held)]


@pytest.mark.parametrize("name", ["amber*", "*", "amber/../basalt", "[ab]mber", "am?er"])
def test_no_publisher_is_called_so_that_its_folder_would_reach_into_anothers(
    registry: ThrowawayRegistry, name: str
) -> None:
    with pytest.raises(DataError):
        add_key(registry.folder, name, signers(1)[0].public_key)
    assert {"amber", "basalt"} == set(registry.folder.current(TARGETS).signed.delegations.roles)
    assert None is registry.folder.draft(TARGETS)


def test_a_stolen_online_key_is_replaced(registry: ThrowawayRegistry, trusted: TrustedRegistry) -> None:
    download_verified(NAME, registry=trusted)
    new, folder = signers(1)[0], registry.folder
    rotate(folder, TIMESTAMP, registry.timestamp.public_key, new.public_key)
    officers = registry.officers[:2]
    assert "root 2" not in refresh(folder, [*officers, registry.snapshot]).published  # nothing half done
    assert {"root 2", "timestamp 3"} <= set(refresh(folder, [new]).published)
    assert 2 == download_verified(NAME, registry=trusted).statement.root_version
    later = datetime.now(UTC) + timedelta(days=6)
    assert () == refresh(folder, [registry.timestamp], now=later).published


def test_a_publishers_key_is_replaced_and_what_it_signed_is_signed_anew(
    registry: ThrowawayRegistry, trusted: TrustedRegistry, packages: dict[str, Path]
) -> None:
    new, folder = signers(1)[0], registry.folder
    assert ("targets", "amber") == rotate(folder, "amber", registry.publishers["amber"].public_key, new.public_key)
    half = refresh(folder, [*registry.officers[:2], registry.snapshot, registry.timestamp])
    assert "amber" in half.waiting
    assert not [each for each in half.published if each.startswith("targets")]
    refresh(folder, [new, *registry.officers[:2], registry.snapshot, registry.timestamp])
    assert "0.1.0" == download_verified(NAME, registry=trusted).statement.version
    with pytest.raises(DataError, match="no key of 'amber' is at hand"):
        publish(folder, "amber", [packages["0.2.0"]], [registry.publishers["amber"]])


def test_a_key_that_never_signed_cannot_be_replaced(registry: ThrowawayRegistry) -> None:
    old, new = signers(2)
    with pytest.raises(UnknownError, match="does not sign for 'amber'"):
        rotate(registry.folder, "amber", old.public_key, new.public_key)


def test_the_server_renews_its_word_alone_and_officers_are_asked_in_time(registry: ThrowawayRegistry) -> None:
    folder, now = registry.folder, datetime.now(UTC)
    assert () == refresh(folder, [registry.timestamp], now=now + timedelta(days=1)).published
    assert 1 == len(refresh(folder, [registry.timestamp], now=now + timedelta(days=5)).published)
    late = refresh(folder, [registry.timestamp], now=now + PERIODS[SNAPSHOT] - timedelta(days=5))
    assert (SNAPSHOT,) == late.waiting
    assert ["timestamp"] == [each.split()[0] for each in late.published]
    year = refresh(folder, [registry.timestamp], now=now + timedelta(days=380))
    assert {ROOT, TARGETS, "amber", "basalt"} <= set(year.waiting)


def test_what_waits_for_officers_does_not_stop_the_clock(
    registry: ThrowawayRegistry, packages: dict[str, Path]
) -> None:
    publish(registry.folder, "amber", [packages["0.2.0"]], [registry.publishers["amber"]])
    done = refresh(registry.folder, [registry.timestamp], now=datetime.now(UTC) + timedelta(days=6))
    assert ["timestamp"] == [each.split()[0] for each in done.published]
    assert TARGETS in done.waiting


def test_what_waited_too_long_is_prepared_anew(registry: ThrowawayRegistry) -> None:
    folder, now = registry.folder, datetime.now(UTC)
    late = now + timedelta(days=6)
    assert TIMESTAMP in refresh(folder, now=late).waiting
    assert ["timestamp"] == [each.split()[0] for each in refresh(folder, [registry.timestamp], now=late).published]
    assert late + timedelta(days=6) < folder.current(TIMESTAMP).signed.expires
    refresh(folder, now=now + timedelta(days=350))
    much_later = now + timedelta(days=350) + PERIODS[TARGETS]
    signers_ = (*registry.officers, registry.snapshot, registry.timestamp)
    refresh(folder, signers_, now=much_later)
    assert folder.current(TARGETS).signed.expires > much_later


def test_status_says_what_is_out_and_what_waits(registry: ThrowawayRegistry, packages: dict[str, Path]) -> None:
    publish(registry.folder, "amber", [packages["0.2.0"]], [registry.publishers["amber"]])
    found = status_of(registry.folder.folder)
    waiting = {each.role: each.signatures for each in found.roles if not each.is_published}
    assert {"targets": "0 of 2", "amber": "1 of 1"} == waiting
    assert (f"{NAME} 0.1.0 of amber", f"{NAME} 0.2.0 of amber") == found.releases


def test_a_revocation_needs_a_release_a_reason_and_happens_once(registry: ThrowawayRegistry) -> None:
    for version, reason, instead, what in (
        ("7.0.0", "x", None, "7.0.0 is not published"),
        ("0.1.0", "x", "7.0.0", "7.0.0 is not published"),
        ("0.1.0", "  ", None, "needs a reason"),
    ):
        with pytest.raises(DataError, match=what):
            revoke(registry.folder, NAME, version, reason, instead=instead)
    revoke(registry.folder, NAME, "0.1.0", "Wrong.")
    with pytest.raises(DataError, match="is revoked already"):
        revoke(registry.folder, NAME, "0.1.0", "Wrong.")
    assert 1 == len(Lists.newest(registry.folder).revocations.revocations)


def test_a_copy_on_a_stick_is_whole_and_verified(registry: ThrowawayRegistry, tmp_path: Path) -> None:
    done = export(registry.folder, tmp_path / "stick")
    assert 1 == done.packages
    assert {"README.txt", "metadata", "targets"} == {each.name for each in done.folder.iterdir()}
    taken = TrustedRegistry.given(str(done.folder), registry.folder.metadata / "1.root.json", tmp_path / "store")
    assert done.fingerprint == taken.fingerprint
    assert "0.1.0" == download_verified(NAME, registry=taken).statement.version
    with pytest.raises(TargetError, match="is there already"):
        export(registry.folder, tmp_path / "stick")


def test_a_copy_that_would_be_refused_is_not_made(registry: ThrowawayRegistry, begun: tuple, tmp_path: Path) -> None:
    next(registry.folder.targets.rglob("*.zip")).write_bytes(b"altered")
    with pytest.raises(TrustError):
        export(registry.folder, tmp_path / "stick")
    with pytest.raises(DataError, match="nothing published yet"):
        export(begun[0], tmp_path / "stick")
    assert not (tmp_path / "stick").exists()


def test_a_private_key_is_encrypted_and_its_holders_alone(tmp_path: Path) -> None:
    path = tmp_path / "officer"
    made = make_key(path, PASSPHRASE)
    assert 0o600 == path.stat().st_mode & 0o777
    assert path.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert made.keyid == read_public(tmp_path / "officer.pub").keyid == load_signer(path, PASSPHRASE).public_key.keyid
    with pytest.raises(TargetError, match="never written over"):
        make_key(path, PASSPHRASE)


@pytest.mark.parametrize("mark", [".git/HEAD", "pilot.toml"])
def test_a_private_key_is_not_made_where_it_would_be_copied(tmp_path: Path, mark: str) -> None:
    (tmp_path / mark).parent.mkdir(exist_ok=True)
    (tmp_path / mark).touch()
    (tmp_path / "inside").mkdir()
    with pytest.raises(DataError, match="is a repository or a deployment"):
        make_key(tmp_path / "inside" / "key", PASSPHRASE)
    assert [] == list((tmp_path / "inside").iterdir())


def test_a_key_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    path = tmp_path / "officer"
    make_key(path, PASSPHRASE)
    with pytest.raises(DataError, match="fewer than 12 characters"):
        make_key(tmp_path / "short", "short")
    with pytest.raises(DataError, match="cannot be unlocked"):
        load_signer(path, "another passphrase")
    with pytest.raises(DataError, match="is not an Ed25519 public key"):
        read_public(path)
    path.chmod(0o644)
    with pytest.raises(DataError, match="can be read by others"):
        load_signer(path, PASSPHRASE)
    bare = tmp_path / "bare"
    bare.write_bytes(CryptoSigner.generate_ed25519().private_bytes)
    bare.chmod(0o600)
    with pytest.raises(DataError, match="is not encrypted"):
        load_signer(bare, PASSPHRASE)
    with pytest.raises(DataError, match="cannot be read"):
        load_signer(tmp_path / "nowhere", PASSPHRASE)


def test_metadata_names_its_signers_for_people_alone(begun: tuple) -> None:
    folder, keys = begun
    told = json.loads((folder.pending / "signers.json").read_text())
    assert sorted(each.public_key.keyid for each in keys[:3]) == told[ROOT]
    (folder.pending / "signers.json").write_text("[]")
    sign(folder.pending / "root.json", keys[4])  # nothing is believed of it: refresh counts for itself
    assert ROOT in refresh(folder, keys[3:]).waiting
