"""A province takes the next version from its ministry's registry at the command line; or is refused, and runs on."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from tests.core.upgrades.conftest import OPS, UNITS, tree
from tests.core.upgrades.test_journal import KilledError

from pilotkit import Deployment
from pilotkit.registry.deployment_trust import registry_of, trust_of
from pilotkit.registry.drafts import revoke
from pilotkit.registry.http_server import served
from pilotkit.registry.temporary_registry import ThrowawayRegistry
from pilotkit.registry.verified_download import download_verified
from pilotkit.scaffold.new_deployment import new
from pilotkit.web.health import health_of

NAME, NOTES, PROCEDURE = "port-amber-model", "ops/notes.txt", "model/procedures/ZZ-101.yaml"
DECISION = "procedures/ZZ-101.yaml#decision"
STATEMENT = ".pilot/trust/statement.json"
HEARD = (".pilot/trust/metadata/", ".pilot/trust/files/", ".pilot/lock")
"""What the registry said is kept whatever comes of it, so that an older word of it is noticed."""
DONE = (*HEARD, ".pilot/journal", ".pilot/previous")


@pytest.fixture
def registry(first, tmp_path, monkeypatch):
    """The ministry's, with version 1.0.0."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = ThrowawayRegistry.make(tmp_path / "ministry", ["amber"])
    made.release("amber", first)
    return made


@pytest.fixture
def second(publisher):
    """Version 1.1.0, not yet published."""
    text = publisher.read(PROCEDURE)
    files = {
        NOTES: OPS[NOTES].replace("two", "TWO"),
        PROCEDURE: text.replace("code: R-101", "code: R-102").replace(
            "decision: Ordinance 7", "decision: Ordinance 12"
        ),
    }
    return publisher.publish("1.1.0", files)


@pytest.fixture
def place(registry):
    """How the registry is named at the command line."""
    return "--registry", registry.folder.folder, "--root", registry.folder.metadata / "1.root.json"


@pytest.fixture
def answers(tmp_path):
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    given = {"units_file": str(tmp_path / "units.csv"), "hotline": "777-0200"}
    return given | {"assigned_on": "2025-07-21", "due_on": "2025-07-30"}


@pytest.fixture
def province(registry, place, call, answers, tmp_path):
    """Made of 1.0.0 from the registry, with an override and an edited file."""
    told = tmp_path / "answers.toml"
    told.write_text("".join(f"{name} = {json.dumps(said)}\n" for name, said in answers.items()), encoding="utf-8")
    folder = tmp_path / "province"
    made = ("--province", "SP", "-o", folder, "--answers", told, "--no-input")
    assert 0 == call("new", f"{NAME}==1.0.0", *place, *made)[0]
    assert 0 == call("override", folder, DECISION, "Ours")[0]
    (folder / NOTES).write_text(OPS[NOTES].replace("six", "sechs"))
    return folder


def statement(province):
    return json.loads((province / STATEMENT).read_text(encoding="utf-8"))


def is_refused(call, province, *words, code=4, said):
    """The upgrade ends with ``code`` and these words; nothing but what was heard of the registry is written."""
    before = tree(province, without=HEARD)
    ended, out, err = call("upgrade", province, *words, "--no-input")
    assert (code, "") == (ended, out)
    assert said in " ".join(err.split())
    assert before == tree(province, without=HEARD)
    assert [] == list((province / ".pilot/trust/files").glob("*1.1.0.zip"))


@pytest.mark.parametrize("is_named", [True, False], ids=["named", "remembered"])
def test_the_next_version_is_taken_with_what_is_ours_and_its_statement(
    registry, second, province, place, call, is_named
):
    registry.release("amber", second)
    code, out, err = call("upgrade", province, "--to", "1.1.0", *(place if is_named else ()), "--no-input", "--json")
    plan = json.loads(out)
    assert (0, "1.0.0", "1.1.0", "registry", []) == (
        code, plan["installed"], plan["offered"], plan["voucher"], plan["unresolved"],
    )  # fmt: skip
    assert "NOBODY VOUCHES" not in err
    procedure = Deployment(province).catalog.procedures["ZZ-101"]
    assert ("Ours", "R-102") == (procedure.decision, procedure.results[0].code)
    assert OPS[NOTES].replace("six", "sechs").replace("two", "TWO") == (province / NOTES).read_text()
    said = statement(province)
    assert ("1.1.0", plan["offered_identity"], "registry", "amber", f"{registry.folder.folder.as_uri()}/") == (
        said["version"], said["identity"], said["voucher"], said["publisher"], said["registry"],
    )  # fmt: skip
    assert (0, True) == (call("registry", "follow", province)[0], trust_of(province).revocation is None)


def test_taking_it_back_restores_the_model_and_the_statement(registry, second, province, call):
    registry.release("amber", second)
    before = tree(province, without=DONE)
    assert 0 == call("upgrade", province, "--to", "1.1.0", "--no-input")[0]
    assert ("1.1.0", False) == (statement(province)["version"], before == tree(province, without=DONE))
    assert 0 == call("upgrade", province, "--rollback")[0]
    assert ("1.0.0", before) == (statement(province)["version"], tree(province, without=DONE))
    assert 0 == call("upgrade", province, "--to", "1.1.0", "--no-input")[0]
    assert "1.1.0" == statement(province)["version"]


def test_what_was_heard_of_a_revocation_is_not_taken_back_with_the_upgrade(registry, second, province, call):
    registry.release("amber", second)
    revoke(registry.folder, NAME, "1.0.0", "A fee is wrong.", instead="1.1.0")
    registry.settle()
    assert 0 == call("upgrade", province, "--to", "1.1.0", "--no-input")[0]
    assert None is trust_of(province).revocation
    assert 0 == call("upgrade", province, "--rollback")[0]
    assert "A fee is wrong." == trust_of(province).revocation.reason
    assert (1, True) == ((told := call("check", province))[0], "1.0.0 was revoked" in told[1])


def test_a_plan_writes_nothing_and_is_what_the_upgrade_then_does(registry, second, province, place, call):
    registry.release("amber", second)
    before = tree(province, without=HEARD)
    code, out, _ = call("upgrade", province, "--to", "1.1.0", *place, "--plan", "--json")
    assert (0, before) == (code, tree(province, without=HEARD))
    assert json.loads(out) == json.loads(call("upgrade", province, "--to", "1.1.0", *place, "--json")[1])


def test_an_address_serves_as_well_as_a_folder_and_is_named_in_the_statement(registry, second, province, call):
    registry.release("amber", second)
    root = registry.folder.metadata / "1.root.json"
    with served(registry.folder) as address:
        code, *_ = call("upgrade", province, "--to", "1.1.0", "--registry", address, "--root", root, "--no-input")
    assert (0, "1.1.0", f"{address.rstrip('/')}/") == (code, (said := statement(province))["version"], said["registry"])


def test_a_province_that_began_unsigned_comes_under_the_registry_and_back(registry, first, second, settle, place, call):
    registry.release("amber", second)
    province = settle(first, "unsigned")
    before = tree(province, without=DONE)
    assert "nobody" == statement(province)["voucher"]
    assert 0 == call("upgrade", province, "--to", "1.1.0", *place, "--no-input")[0]
    assert ("registry", "1.1.0") == ((said := statement(province))["voucher"], said["version"])
    assert 0 == call("registry", "follow", province)[0]
    assert 0 == call("upgrade", province, "--rollback")[0]
    assert "nobody" == statement(province)["voucher"]
    assert before == tree(province, without=DONE)


def test_a_version_that_was_revoked_is_refused_with_its_reason(registry, second, province, place, call):
    registry.release("amber", second)
    revoke(registry.folder, NAME, "1.1.0", "The deadline of births is wrong.", instead="1.0.0")
    registry.settle()
    said = f": The deadline of births is wrong. Take {NAME}==1.0.0 instead."
    is_refused(call, province, "--to", "1.1.0", *place, said=said)
    is_refused(call, province, "--to", "1.1.0", *place, "--plan", said=said)
    is_refused(call, province, second, *place, "--allow-unsigned", said=said)
    assert "1.0.0" == statement(province)["version"]


def test_a_version_that_is_not_there_names_those_that_are(registry, second, province, place, call):
    registry.release("amber", second)
    said = f"the registry has no {NAME} 7.0.0. It has 1.0.0, 1.1.0."
    is_refused(call, province, "--to", "7.0.0", *place, code=3, said=said)


def test_a_tampered_file_is_refused(registry, second, province, place, call):
    registry.release("amber", second)
    (package,) = registry.folder.targets.rglob("*1.1.0.zip")
    data = bytearray(package.read_bytes())
    data[len(data) // 2] ^= 1
    package.write_bytes(data)
    is_refused(call, province, "--to", "1.1.0", *place, said="holds a file that is not the signed one")


def test_a_registry_that_was_set_back_is_refused_by_whoever_heard_more(
    registry, publisher, second, province, place, call, tmp_path
):
    registry.release("amber", second)
    yesterday = shutil.copytree(registry.folder.folder, tmp_path / "yesterday")
    registry.release("amber", publisher.publish("1.2.0", {}))
    assert 0 == call("registry", "follow", province)[0]
    shutil.rmtree(registry.folder.folder)
    yesterday.rename(registry.folder.folder)
    for words in (place, ()):
        is_refused(call, province, "--to", "1.1.0", *words, said="offers an older or another version than it has to")


def test_a_registry_of_another_ministry_is_refused(registry, second, province, call, tmp_path):
    registry.release("amber", second)
    other = ThrowawayRegistry.make(tmp_path / "other", ["amber"])
    words = ("--registry", registry.folder.folder, "--root", other.folder.metadata / "1.root.json")
    is_refused(call, province, "--to", "1.1.0", *words, said="is not signed by enough of the keys that count")


@pytest.fixture
def long_ago():
    """An instant so far back that a server's word of then has expired by now, and nobody else's."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(days=9)


@pytest.fixture
def stale(first, second, answers, long_ago, monkeypatch, tmp_path):
    """A registry that nobody has renewed for nine days, and a province that took 1.0.0 when its word still held."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    registry = ThrowawayRegistry.make(tmp_path / "ministry", ["amber"], now=long_ago)
    registry.release("amber", first, second, now=long_ago)

    class Then(datetime):
        @classmethod
        def now(cls, tz=None):
            return long_ago + timedelta(hours=1)

    with monkeypatch.context() as patched:
        shown = SimpleNamespace(datetime=Then, timezone=SimpleNamespace(utc=UTC))
        patched.setattr("tuf.ngclient._internal.trusted_metadata_set.datetime", shown)
        found = download_verified(f"{NAME}==1.0.0", registry=registry.trusted(tmp_path / "store"), now=Then.now())
    return registry, new(found, "SP", tmp_path / "province", answers).folder


def test_an_expired_registry_refuses_the_upgrade_while_the_province_runs_on_as_stale(stale, long_ago, call):
    registry, province = stale
    since = f"{long_ago + timedelta(days=7):%Y-%m-%d %H:%M} UTC"
    is_refused(call, province, "--to", "1.1.0", said=f"(timestamp) expired on {since}, 2 days ago")
    code, out, _ = call("check", province)
    assert (0, True) == (code, f"expired on {since}: a revocation would go unseen" in " ".join(out.split()))
    health = health_of(Deployment(province), datetime.now(UTC))
    assert (True, "1.0.0") == (health["ok"], health["package"])
    assert (long_ago + timedelta(days=7)).isoformat() == health["trust"]["stale_since"]
    registry.settle()
    assert (0, "1.1.0") == (call("upgrade", province, "--to", "1.1.0", "--no-input")[0], statement(province)["version"])
    assert None is trust_of(province).stale_since


def test_a_command_killed_before_it_kept_what_the_registry_says_leaves_a_province_that_can_ask_again(
    registry, first, second, settle, place, call, monkeypatch
):
    registry.release("amber", second)
    province = settle(first, "unsigned")

    def killed(*_):
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr("pilotkit.upgrades.upgrade.record", killed)
        with pytest.raises(KilledError):
            call("upgrade", province, "--to", "1.1.0", *place, "--no-input")
    assert 0 == call("upgrade", province, "--to", "1.1.0", *place, "--no-input")[0]
    assert statement(province)["root"] == registry_of(province).fingerprint
    assert 0 == call("registry", "follow", province)[0]
