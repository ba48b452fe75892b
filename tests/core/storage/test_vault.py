"""What the vault seals opens with its key, at its place, and nowhere else."""

import base64
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit import DataError
from pilotkit.storage.vault import KEYS, Sealed, Vault, keys_in, new_entry, new_id

OLD, NEW = b"\x01" * 32, b"\x02" * 32
PLAIN = b"Generated Person, 42 Example Street"


@given(plain=st.binary(), place=st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_comes_back_and_cannot_be_read_before(plain: bytes, place: str) -> None:
    vault = Vault({"a": NEW})
    sealed = vault.seal(plain, place)
    assert plain == vault.open(sealed, place)
    assert len(plain) < 4 or plain not in sealed.data
    assert "a" == sealed.key_id


def test_the_same_words_never_look_the_same_twice() -> None:
    vault = Vault({"a": NEW})
    assert 50 == len({vault.seal(PLAIN, "files/1").data for _ in range(50)})


def test_what_is_moved_to_another_place_does_not_open() -> None:
    vault = Vault({"a": NEW})
    sealed = vault.seal(PLAIN, "personal_files/1")
    with pytest.raises(DataError, match=r"personal_files/2 does not open with the key 'a': it was altered, or moved"):
        vault.open(sealed, "personal_files/2")


@pytest.mark.parametrize("spot", [0, 11, 12, 30, -1])
def test_what_was_altered_anywhere_does_not_open(spot: int) -> None:
    vault = Vault({"a": NEW})
    data = bytearray(vault.seal(PLAIN, "files/1").data)
    data[spot] ^= 1
    with pytest.raises(DataError, match="was altered"):
        vault.open(Sealed("a", bytes(data)), "files/1")


@pytest.mark.parametrize("data", [b"", b"short", b"x" * 12, b"x" * 27])
def test_what_was_cut_short_does_not_open(data: bytes) -> None:
    with pytest.raises(DataError, match="was altered"):
        Vault({"a": NEW}).open(Sealed("a", data), "files/1")


def test_the_first_key_seals_and_every_key_opens() -> None:
    old = Vault({"old": OLD}).seal(PLAIN, "files/1")
    both = Vault({"new": NEW, "old": OLD})
    assert PLAIN == both.open(old, "files/1")
    assert "new" == both.seal(PLAIN, "files/1").key_id


def test_a_key_that_is_not_here_is_named() -> None:
    sealed = Vault({"old": OLD}).seal(PLAIN, "files/1")
    with pytest.raises(DataError, match=r"files/1 was encrypted with the key 'old', which PILOTKIT_KEYS does not have"):
        Vault({"new": NEW}).open(sealed, "files/1")


def test_another_key_under_the_same_name_is_said_in_words() -> None:
    sealed = Vault({"a": OLD}).seal(PLAIN, "files/1")
    with pytest.raises(DataError, match="the key is another one under the same name"):
        Vault({"a": NEW}).open(sealed, "files/1")


def test_missing_keys_are_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEYS, raising=False)
    with pytest.raises(DataError, match=r"PILOTKIT_KEYS is missing.*pilotkit keys new"):
        Vault.from_environment()
    monkeypatch.setenv(KEYS, " , ")
    with pytest.raises(DataError, match="PILOTKIT_KEYS is missing"):
        Vault.from_environment()


SECRET = base64.b64encode(bytes(range(32))).decode()


@pytest.mark.parametrize(
    "entry",
    [
        SECRET, f":{SECRET}", f"a:{SECRET}x", f"a:{SECRET[:20]}", f"A:{SECRET}", f"a b:{SECRET}", f"{SECRET}:a", "a:",
        f"ok:{SECRET}", f"a:{SECRET}:{SECRET}", f"a;{SECRET}", f"{'a' * 33}:{SECRET}", f"ä:{SECRET}",
    ],
)  # fmt: skip
def test_what_is_no_key_is_named_by_its_place_and_never_shown(entry: str) -> None:
    with pytest.raises(DataError, match="entry 2 of the environment variable PILOTKIT_KEYS is not a key") as refused:
        keys_in(f"ok:{SECRET},{entry}")
    said: BaseException | None = refused.value
    while said is not None:
        assert not any(SECRET[start : start + 12] in repr(said) + str(said) for start in range(len(SECRET) - 12))
        said = said.__cause__


def test_keys_of_another_size_are_refused() -> None:
    with pytest.raises(DataError, match="entry 1"):
        Vault({"a": b"short"})


def test_a_vault_does_not_show_its_keys() -> None:
    shown = repr(Vault({"a": NEW})) + str(Vault({"a": NEW}))
    assert "\\x02" not in shown


def test_a_new_key_is_one_that_can_be_used_and_no_two_are_the_same() -> None:
    entries = [new_entry(new_id()) for _ in range(20)]
    keys = keys_in(",".join(entries))
    assert 20 == len(set(keys.values()))
    assert PLAIN == Vault(keys).open(Vault(keys).seal(PLAIN, "x"), "x")


def test_an_index_finds_a_text_and_tells_nobody_what_it_is() -> None:
    vault = Vault({"a": NEW})
    found = {vault.index(text, purpose) for text in ("001", "002") for purpose in ("identity", "phone")}
    assert 4 == len(found)
    assert vault.index("001", "identity") == Vault({"a": NEW}).index("001", "identity")
    assert vault.index("001", "identity") != Vault({"a": OLD}).index("001", "identity")
    assert not any("001" in each for each in found if len(each) != 64)


def test_what_was_indexed_and_derived_under_an_older_key_is_found() -> None:
    old, both = Vault({"old": OLD}), Vault({"new": NEW, "old": OLD})
    assert (Vault({"new": NEW}).index("1", "x"), old.index("1", "x")) == both.indexes("1", "x")
    assert (Vault({"new": NEW}).derived("x"), old.derived("x")) == both.derivations("x")


def test_secrets_for_different_purposes_have_nothing_to_do_with_each_other() -> None:
    vault = Vault({"a": NEW})
    secrets = [vault.derived("sessions"), vault.derived("follow"), NEW, bytes.fromhex(vault.index("", "sessions"))]
    assert all(len(each) == 32 for each in secrets)
    assert all(one != other for one, other in itertools.combinations(secrets, 2))


@given(text=st.text())
def test_any_text_has_an_index_even_one_that_is_no_unicode(text: str) -> None:
    assert 64 == len(Vault({"a": NEW}).index(text + "\ud800", "identity"))
