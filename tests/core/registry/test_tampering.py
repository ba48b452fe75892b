"""Whoever holds the server, the wire, a clock or some of the keys: refused, with a reason, and nothing written."""

import io
import json
import shutil
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile

from pilotkit import Deployment
from pilotkit.errors import DataError, TrustError
from pilotkit.model.registry import Release
from pilotkit.packages.packing import pack
from pilotkit.registry.drafts import publish
from pilotkit.registry.layout import ROOT, SNAPSHOT, TARGETS, TIMESTAMP, next_version, whole_second
from pilotkit.registry.publishing import refresh
from pilotkit.registry.temporary_registry import ThrowawayRegistry
from pilotkit.registry.trust_root import TrustedRegistry
from pilotkit.registry.verified_download import download_verified
from pilotkit.scaffold.new_deployment import new
from pilotkit.testing import tiny_deployment
from pilotkit.trust import PackageError, TemplateError

NAME = "port-amber-model"
Sneak = Callable[..., Release]


@pytest.fixture(autouse=True)
def _nothing_was_made(tmp_path: Path) -> Iterator[None]:
    """No test here ends with a package in the store that was not vouched for, a deployment, or half a file."""
    yield
    assert [] == [each for each in tmp_path.rglob("*") if "partial" in each.name]
    assert not (tmp_path / "made").exists()


def refused(trusted: TrustedRegistry, what: str, spec: str = NAME, kind: type[Exception] = TrustError) -> None:
    kept = sorted(trusted.files.glob("*.zip"))
    with pytest.raises(kind, match=what):
        download_verified(spec, registry=trusted)
    assert kept == sorted(trusted.files.glob("*.zip"))


def package_file(registry: ThrowawayRegistry) -> Path:
    return next(registry.folder.targets.rglob("*.zip"))


def forge(registry: ThrowawayRegistry, role: str, signer: CryptoSigner, change: Callable[[Metadata], None]) -> None:
    """Write the next version of a role, signed by a key that the attacker holds."""
    draft = next_version(registry.folder.current(role), role, whole_second(None))
    change(draft)
    draft.sign(signer)
    name = f"{TIMESTAMP}.json" if role == TIMESTAMP else f"{draft.signed.version}.{role}.json"
    (registry.folder.metadata / name).write_bytes(draft.to_bytes())


def names(registry: ThrowawayRegistry, role: str) -> Callable[[Metadata], None]:
    """What makes a snapshot or a timestamp name the newest file of a role."""

    def change(draft: Metadata) -> None:
        held = registry.folder.current(role)
        meta = MetaFile.from_data(held.signed.version, held.to_bytes(), ["sha256"])
        if role == SNAPSHOT:
            draft.signed.snapshot_meta = meta
        else:
            draft.signed.meta[f"{role}.json"] = meta

    return change


def test_one_bit_of_a_package(registry: ThrowawayRegistry, trusted: TrustedRegistry) -> None:
    data = bytearray(package_file(registry).read_bytes())
    data[len(data) // 2] ^= 1
    package_file(registry).write_bytes(data)
    refused(trusted, "holds a file that is not the signed one")


@pytest.mark.parametrize("name", ["timestamp.json", "1.snapshot.json", "2.snapshot.json", "1.root.json"])
def test_one_bit_of_metadata(registry: ThrowawayRegistry, trusted: TrustedRegistry, name: str) -> None:
    root = (registry.folder.metadata / "1.root.json").read_bytes()
    path = registry.folder.metadata / name
    path.write_bytes(path.read_bytes().replace(b'"sha256"', b'"sha257"', 1).replace(b'"ed25519"', b'"ed25518"', 1))
    if name == "1.snapshot.json":
        return  # nobody reads what the timestamp does not name
    if name == "1.root.json":
        assert root != path.read_bytes()
        with pytest.raises(TrustError):
            download_verified(NAME, registry=registry.trusted(trusted.store.with_name("other")))
        return
    refused(trusted, "not signed by enough|not the signed one|does not hold together")


@pytest.mark.parametrize("more", [1, 5_000_000])
def test_a_package_that_grew(registry: ThrowawayRegistry, trusted: TrustedRegistry, more: int) -> None:
    with package_file(registry).open("ab") as file:
        file.write(b"\0" * more)
    refused(trusted, "sends more than was signed for")


@pytest.mark.parametrize("endless", ["timestamp.json", ".zip"])
def test_data_without_end(registry: ThrowawayRegistry, tmp_path: Path, endless: str) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = registry.folder.folder / self.path.lstrip("/")
            if not path.is_file():
                self.send_error(404)
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(path.read_bytes())
            while self.path.endswith(endless):
                try:
                    self.wfile.write(b" " * 65536)
                except OSError:
                    return

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        refused(
            registry.trusted(tmp_path / "store", f"http://127.0.0.1:{server.server_port}"), "sends more than was signed"
        )
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_registry_set_back_to_yesterday(
    registry: ThrowawayRegistry, trusted: TrustedRegistry, packages: dict[str, Path], tmp_path: Path
) -> None:
    shutil.copytree(registry.folder.folder, tmp_path / "yesterday")
    registry.release("amber", packages["0.2.0"])
    assert "0.2.0" == download_verified(NAME, registry=trusted).statement.version
    shutil.rmtree(registry.folder.folder)
    (tmp_path / "yesterday").rename(registry.folder.folder)
    refused(trusted, "offers an older or another version than it has to")


def test_a_registry_that_stands_still(packages: dict[str, Path], tmp_path: Path) -> None:
    then = datetime.now(UTC) - timedelta(days=9, hours=1)
    frozen = ThrowawayRegistry.make(tmp_path / "frozen", ["amber"], now=then)
    frozen.release("amber", packages["0.1.0"], now=then)
    until = f"{then + timedelta(days=7):%Y-%m-%d %H:%M}"
    refused(frozen.trusted(tmp_path / "store"), rf"\(timestamp\) expired on {until} UTC, 2 days ago.*keeps running")
    frozen.settle()
    assert "0.1.0" == download_verified(NAME, registry=frozen.trusted(tmp_path / "store")).statement.version


def test_what_expired_is_told_with_its_own_date_also_when_other_words_were_renewed(
    packages: dict[str, Path], tmp_path: Path
) -> None:
    then = datetime.now(UTC) - timedelta(days=61, hours=1)
    frozen = ThrowawayRegistry.make(tmp_path / "frozen", ["amber"], now=then)
    frozen.release("amber", packages["0.1.0"], now=then)
    assert {"timestamp 3"} == set(refresh(frozen.folder, [frozen.timestamp]).published)
    until = f"{then + timedelta(days=60):%Y-%m-%d %H:%M}"
    for _ in range(2):
        refused(frozen.trusted(tmp_path / "store"), rf"\(snapshot\) expired on {until} UTC, a day ago")


def test_yesterdays_list_with_todays_rest(
    registry: ThrowawayRegistry, trusted: TrustedRegistry, packages: dict[str, Path]
) -> None:
    metadata = registry.folder.metadata
    before = registry.folder.current(TARGETS).signed.version
    registry.release("amber", packages["0.2.0"])
    after = registry.folder.current(TARGETS).signed.version
    shutil.copy(metadata / f"{before}.targets.json", metadata / f"{after}.targets.json")
    refused(trusted, "not the signed one")


def test_who_steals_the_online_key_cannot_add_anything(registry: ThrowawayRegistry, trusted: TrustedRegistry) -> None:
    thief = registry.timestamp
    forge(registry, SNAPSHOT, thief, lambda _: None)
    forge(registry, TIMESTAMP, thief, names(registry, SNAPSHOT))
    refused(trusted, "not signed by enough of the keys that count")


def test_who_steals_both_service_keys_cannot_change_the_lists(
    registry: ThrowawayRegistry, trusted: TrustedRegistry
) -> None:
    forge(registry, TARGETS, registry.timestamp, lambda _: None)
    forge(registry, SNAPSHOT, registry.snapshot, names(registry, TARGETS))
    forge(registry, TIMESTAMP, registry.timestamp, names(registry, SNAPSHOT))
    refused(trusted, "not signed by enough of the keys that count")


def test_one_officer_alone_changes_nothing(registry: ThrowawayRegistry, trusted: TrustedRegistry) -> None:
    forge(registry, TARGETS, registry.officers[0], lambda _: None)
    forge(registry, SNAPSHOT, registry.snapshot, names(registry, TARGETS))
    forge(registry, TIMESTAMP, registry.timestamp, names(registry, SNAPSHOT))
    refused(trusted, "not signed by enough of the keys that count")


def test_one_officer_alone_publishes_nothing(registry: ThrowawayRegistry, packages: dict[str, Path]) -> None:
    publish(registry.folder, "amber", [packages["0.2.0"]], [registry.publishers["amber"]])
    done = refresh(registry.folder, [registry.officers[0], registry.snapshot, registry.timestamp])
    assert TARGETS in done.waiting
    assert not [each for each in done.published if each.startswith("targets")]


def test_one_officer_alone_makes_no_root(registry: ThrowawayRegistry, trusted: TrustedRegistry) -> None:
    forge(registry, ROOT, registry.officers[0], lambda _: None)
    refused(trusted, "not signed by enough of the keys that count")


def test_another_ministrys_root(registry: ThrowawayRegistry, tmp_path: Path) -> None:
    other = ThrowawayRegistry.make(tmp_path / "other", ["amber"])
    root = other.folder.metadata / "1.root.json"
    refused(TrustedRegistry.given(str(registry.folder.folder), root, tmp_path / "store"), "not signed by enough")


def test_a_file_that_is_no_root(registry: ThrowawayRegistry, tmp_path: Path) -> None:
    (tmp_path / "root.json").write_text('{"signed": {}}')
    place = str(registry.folder.folder)
    refused(TrustedRegistry.given(place, tmp_path / "root.json", tmp_path / "store"), "does not hold together")


def test_a_publisher_that_signs_under_anothers_folder(
    registry: ThrowawayRegistry, trusted: TrustedRegistry, sneak: Sneak
) -> None:
    """The lists would name a package of amber that basalt has signed; such lists are not even published."""
    before = registry.folder.current(TARGETS).signed.version
    sneak(b"data", publisher="basalt", path="packages/amber/town-model-9.9.9.zip")
    assert before == registry.folder.current(TARGETS).signed.version
    refused(trusted, "no package 'town-model'", "town-model", DataError)


def test_a_publishers_key_does_not_sign_for_another(
    registry: ThrowawayRegistry, trusted: TrustedRegistry, sneak: Sneak
) -> None:
    sneak(b"data", key=registry.publishers["basalt"])
    refused(trusted, "no package 'town-model'", "town-model", DataError)


def test_a_delegates_forged_word_is_refused_even_if_the_rest_is_signed(
    registry: ThrowawayRegistry, trusted: TrustedRegistry
) -> None:
    forge(registry, "amber", registry.publishers["basalt"], lambda _: None)
    forge(registry, SNAPSHOT, registry.snapshot, names(registry, "amber"))
    forge(registry, TIMESTAMP, registry.timestamp, names(registry, SNAPSHOT))
    refused(trusted, "not signed by enough of the keys that count")


def test_a_name_belongs_to_who_published_it_first(registry: ThrowawayRegistry, packages: dict[str, Path]) -> None:
    with pytest.raises(DataError, match="'port-amber-model' is a package of 'amber'"):
        publish(registry.folder, "basalt", [packages["0.2.0"]], [registry.publishers["basalt"]])


def test_a_version_never_changes(registry: ThrowawayRegistry, packages: dict[str, Path]) -> None:
    with pytest.raises(DataError, match=r"0\.1\.0 is published already"):
        publish(registry.folder, "amber", [packages["0.1.0"]], [registry.publishers["amber"]])


def test_a_clock_that_was_set_back(trusted: TrustedRegistry) -> None:
    download_verified(NAME, registry=trusted)
    with pytest.raises(TrustError, match="the clock shows .*, but it has been .* already. Set the clock right"):
        download_verified(NAME, registry=trusted, now=datetime.now(UTC) - timedelta(days=1))


def test_a_clock_behind_what_was_signed(trusted: TrustedRegistry) -> None:
    """On the first visit too: nothing can have been written tomorrow."""
    with pytest.raises(TrustError, match="but it has been"):
        download_verified(NAME, registry=trusted, now=datetime.now(UTC) - timedelta(days=400))


def test_a_memory_of_time_that_cannot_be_read(trusted: TrustedRegistry) -> None:
    download_verified(NAME, registry=trusted)
    (trusted.metadata / "latest-instant").write_text("yesterday")
    refused(trusted, "nobody knows whether the clock was set back")


@pytest.mark.parametrize(
    "said", [{"version": "1.0.0"}, {"name": "other"}, {"identity": "1" * 64}, {"publisher": "basalt"}]
)
def test_a_publisher_who_signs_for_something_else_than_is_listed(
    trusted: TrustedRegistry, sneak: Sneak, packages: dict[str, Path], said: dict[str, object]
) -> None:
    sneak(packages["0.2.0"].read_bytes(), custom=said)
    refused(trusted, "is not what the ministry lists: its publisher signed for", "town-model")


def test_a_package_that_says_another_thing_of_itself(
    trusted: TrustedRegistry, sneak: Sneak, packages: dict[str, Path]
) -> None:
    sneak(packages["0.2.0"].read_bytes())
    with pytest.raises(TrustError, match=r"it says of itself port-amber-model 0\.2\.0"):
        download_verified("town-model", registry=trusted)


def archive(*entries: tuple[str, bytes, int]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data, mode in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            file.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (archive(("../../escaped", b"x", 0o100644)), "leaves its folder"),
        (archive(("/etc/escaped", b"x", 0o100644)), "is absolute"),
        (archive(("model", b"/etc/passwd", stat.S_IFLNK | 0o777)), "symbolic link|not a file|link"),
        (archive(("bomb", b"\0" * 7_000_000, 0o100644)), "times|bomb|larger|grows|inflat"),
        (b"#!/bin/sh\n", "not a zip file"),
    ],
    ids=["zip slip", "absolute", "symlink", "bomb", "no zip"],
)
def test_a_hostile_package_with_every_signature(
    trusted: TrustedRegistry, sneak: Sneak, tmp_path: Path, data: bytes, what: str
) -> None:
    """Signed by careless people: the package's own bounds hold all the same."""
    sneak(data)
    with pytest.raises(PackageError, match=what):
        download_verified("town-model", registry=trusted)
    assert not list(tmp_path.rglob("escaped"))


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({"model/template/cookiecutter.json": json.dumps({"province": "{{ ''.__class__ }}"})}, "holds an expression"),
        (
            {"model/template/cookiecutter.json": json.dumps({"province": "", "_extensions": ["os.system"]})},
            "may not use",
        ),
        (
            {
                "model/template/cookiecutter.json": json.dumps({"province": "", "_folder": "deployment"}),
                "model/template/{{cookiecutter._folder}}/x": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
            },
            "tried|may not|unsafe|cannot",
        ),
    ],
    ids=["cookiecutter.json", "extension", "template"],
)
def test_a_hostile_template_with_every_signature(
    registry: ThrowawayRegistry, trusted: TrustedRegistry, units: dict[str, str], tmp_path: Path,
    files: dict[str, str], what: str,
) -> None:  # fmt: skip
    text = Path(tiny_deployment(tmp_path / "plain") / "model/package.toml").read_text().replace("0.1.0", "3.0.0")
    donor = Deployment(tiny_deployment(tmp_path / "donor", files | {"model/package.toml": text}))
    registry.release("amber", pack(donor, tmp_path / "out").path)
    found = download_verified(f"{NAME}==3.0.0", registry=trusted)
    with pytest.raises(TemplateError, match=what):
        new(found, "SP", tmp_path / "made", {"units_file": units["units_file"]})


@pytest.mark.parametrize("which", ["provenance", "cdx"])
def test_what_goes_with_a_package_must_hold_when_it_is_there(
    registry: ThrowawayRegistry, trusted: TrustedRegistry, packages: dict[str, Path], which: str
) -> None:
    """A statement of another release, signed with everything, is still a statement of another release."""
    registry.release("amber", packages["0.2.0"])
    held = next_version(registry.folder.current("amber"), "amber", whole_second(None))
    stem = "packages/amber/port-amber-model"
    other = held.signed.targets[f"{stem}-0.1.0.{which}.json"]
    data = registry.folder.target(other.path, other.hashes["sha256"]).read_bytes()
    mine = held.signed.targets[f"{stem}-0.2.0.{which}.json"]
    mine.length, mine.hashes = other.length, other.hashes
    registry.folder.target(mine.path, mine.hashes["sha256"]).write_bytes(data)
    registry.folder.save_draft("amber", held)
    registry.settle()
    refused(trusted, "is about another file|not one of this package", f"{NAME}==0.2.0")


def test_a_registry_that_is_out_of_reach(registry: ThrowawayRegistry, tmp_path: Path) -> None:
    refused(registry.trusted(tmp_path / "store", "http://127.0.0.1:9/"), "cannot be read")


def test_a_registry_that_lost_a_file(registry: ThrowawayRegistry, trusted: TrustedRegistry) -> None:
    package_file(registry).unlink()
    with pytest.raises(TrustError, match="lacks a file that it should have"):
        download_verified(NAME, registry=trusted)
