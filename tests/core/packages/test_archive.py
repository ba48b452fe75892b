"""A package from a stranger: verified before anything of it is parsed, and one clear error for each way to be wrong."""

import re
import shlex
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from pilotkit.figures import TargetError
from pilotkit.packages.archive import PackageArchive, unpack
from pilotkit.packages.packing import PackedPackage
from pilotkit.trust import PackageError

Rewrite = Callable[..., Path]


def hostile(path: Path, name: str, data: bytes = b"x", *, mode: int = 0o100644) -> Path:
    """Add one entry as no honest program would."""
    with zipfile.ZipFile(path, "a") as archive:
        entry = zipfile.ZipInfo("placeholder")
        entry.filename = name
        entry.external_attr = mode << 16
        archive.writestr(entry, data)
    return path


def test_a_whole_package_is_opened(packed: PackedPackage) -> None:
    archive = PackageArchive.open(packed.path)
    assert packed.identity == archive.identity
    assert archive.info.name == "port-amber-model"


def test_unpacking_writes_every_file_as_it_was(packed: PackedPackage, tmp_path: Path) -> None:
    archive = unpack(packed.path, tmp_path / "model")
    for path, data in archive.files.items():
        assert data == (tmp_path / "model" / path).read_bytes()
    assert (tmp_path / "model/manifest.json").is_file()


def test_unpacking_onto_something_is_refused(packed: PackedPackage, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(TargetError, match="is there already"):
        unpack(packed.path, tmp_path / "model")


def test_a_package_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="there is no package at"):
        PackageArchive.open(tmp_path / "nothing.zip")


def test_a_folder_is_not_a_package(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="there is no package at"):
        PackageArchive.open(tmp_path)


@pytest.mark.parametrize("data", [b"", b"P", b"hello, world", b"PK\x05\x06" + bytes(18), b"\x1f\x8b" + bytes(99)])
def test_what_is_not_a_zip_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(PackageError, match=r"x\.zip is not a package"):
        PackageArchive.open(tmp_path / "x.zip")


def test_a_zip_without_manifest_is_not_a_package(rewrite: Rewrite) -> None:
    with pytest.raises(PackageError, match=r"has no manifest\.json"):
        PackageArchive.open(rewrite({"manifest.json": None}))


def test_a_package_cut_short_anywhere_is_refused(packed: PackedPackage, tmp_path: Path) -> None:
    whole = packed.path.read_bytes()
    for length in range(0, len(whole), 397):
        (tmp_path / "cut.zip").write_bytes(whole[:length])
        with pytest.raises(PackageError):
            PackageArchive.open(tmp_path / "cut.zip")


def test_a_package_with_something_behind_it_is_refused(packed: PackedPackage) -> None:
    packed.path.write_bytes(packed.path.read_bytes() + b"more")
    with pytest.raises(PackageError, match="something was added to its end"):
        PackageArchive.open(packed.path)


def test_a_package_with_something_before_it_is_refused(packed: PackedPackage) -> None:
    packed.path.write_bytes(b"PK\x03\x04" + packed.path.read_bytes())
    with pytest.raises(PackageError, match="its directory does not stand at its end"):
        PackageArchive.open(packed.path)


def test_a_flipped_byte_anywhere_is_refused_or_changes_nothing(packed: PackedPackage, tmp_path: Path) -> None:
    whole, held = packed.path.read_bytes(), PackageArchive.open(packed.path).files
    for at in range(0, len(whole), 211):
        (tmp_path / "flipped.zip").write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        with suppress(PackageError):
            assert held == PackageArchive.open(tmp_path / "flipped.zip").files


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({"people/roles.yaml": b"- {}\n"}, r"people/roles\.yaml: is changed"),
        ({"people/roles.yaml": None}, r"people/roles\.yaml: is missing"),
        ({"people/more.yaml": b""}, r"people/more\.yaml: is added"),
        ({"manifest.json": b"{}"}, r"manifest\.json: is not a manifest"),
        ({"manifest.json": b"[" * 5_000}, r"manifest\.json: is not a manifest"),
        ({"manifest.json": b"\xff"}, r"manifest\.json: is not a manifest"),
    ],
)
def test_a_file_that_is_not_as_the_manifest_says_is_refused(
    rewrite: Rewrite, files: Mapping[str, bytes | None], what: str
) -> None:
    with pytest.raises(PackageError, match=what):
        PackageArchive.open(rewrite(files, follow=False))


def test_a_manifest_written_otherwise_is_refused(packed: PackedPackage, rewrite: Rewrite) -> None:
    manifest = PackageArchive.open(packed.path).files["manifest.json"]
    with pytest.raises(PackageError, match="not written in its canonical form"):
        PackageArchive.open(rewrite({"manifest.json": manifest.replace(b",", b", ")}))


def test_nothing_is_parsed_before_every_hash_holds(rewrite: Rewrite) -> None:
    with pytest.raises(PackageError, match=r"package\.toml: is changed"):
        PackageArchive.open(rewrite({"package.toml": b"not [ toml"}, follow=False))
    with pytest.raises(PackageError, match=r"package\.toml line 1.*is not valid TOML"):
        PackageArchive.open(rewrite({"package.toml": b"not [ toml"}))


@pytest.mark.parametrize(
    "name",
    [
        "../outside.txt", "a/../../outside.txt", "/etc/passwd", "C:/outside.txt", "C:outside.txt", "a\\..\\b", "a//b",
        "./a", "a/.", "a/", "con", "people/NUL.txt", "a\x01b", "a\u202eb", "a. ", "a:stream", "e\u0301.txt", "a" * 500,
    ],
)  # fmt: skip
def test_a_path_that_leads_outside_or_is_not_portable_is_refused(packed: PackedPackage, name: str) -> None:
    with pytest.raises(PackageError):
        PackageArchive.open(hostile(packed.path, name))


@pytest.mark.parametrize("name", ["Package.toml", "people/ROLES.yaml", "people", "package.toml/x"])
def test_two_paths_that_are_one_on_some_system_are_refused(packed: PackedPackage, name: str) -> None:
    with pytest.raises(PackageError, match="cannot stand beside"):
        PackageArchive.open(hostile(packed.path, name))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_path_twice_is_refused(packed: PackedPackage) -> None:
    with pytest.raises(PackageError, match="cannot stand beside"):
        PackageArchive.open(hostile(packed.path, "package.toml"))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFDIR, stat.S_IFSOCK])
def test_links_and_devices_are_refused(packed: PackedPackage, kind: int) -> None:
    with pytest.raises(PackageError, match="a symbolic link, a device"):
        PackageArchive.open(hostile(packed.path, "link", b"/etc/passwd", mode=kind | 0o644))


def test_an_encrypted_entry_is_refused(packed: PackedPackage) -> None:
    data = bytearray(packed.path.read_bytes())
    first = data.index(b"PK\x01\x02")
    data[first + 8] |= 1
    packed.path.write_bytes(data)
    with pytest.raises(PackageError, match="is encrypted"):
        PackageArchive.open(packed.path)


def test_a_file_that_grows_without_measure_is_refused(rewrite: Rewrite) -> None:
    with pytest.raises(PackageError, match=r"bomb: grows more than 200 times"):
        PackageArchive.open(rewrite({"bomb": bytes(4 * 1024 * 1024)}))
    with pytest.raises(PackageError, match=r"bomb: grows to more than 8 MiB"):
        PackageArchive.open(rewrite({"bomb": bytes(9 * 1024 * 1024)}))


def test_a_file_that_lies_about_its_size_is_refused(rewrite: Rewrite) -> None:
    path = rewrite({"zz-bomb": bytes(9 * 1024 * 1024)})
    data = bytearray(path.read_bytes())
    for at, offset in ((data.rindex(b"PK\x03\x04"), 22), (data.rindex(b"PK\x01\x02"), 24)):
        struct.pack_into("<L", data, at + offset, 100)
    path.write_bytes(data)
    with pytest.raises(PackageError):
        PackageArchive.open(path)


def test_too_many_files_are_refused(rewrite: Rewrite) -> None:
    with pytest.raises(PackageError, match="more than 5000 files"):
        PackageArchive.open(rewrite({f"many/{number}": b"" for number in range(5001)}))


def test_a_second_end_for_large_files_is_not_believed(packed: PackedPackage) -> None:
    data = packed.path.read_bytes()
    at = data.rindex(b"PK\x05\x06")
    packed.path.write_bytes(data[:at] + b"PK\x06\x07" + bytes(16) + data[at:])
    with pytest.raises(PackageError, match="truncated, or something was added to its end"):
        PackageArchive.open(packed.path)


def test_entries_that_share_bytes_are_refused(packed: PackedPackage) -> None:
    data = bytearray(packed.path.read_bytes())
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    packed.path.write_bytes(data)
    with pytest.raises(PackageError, match=r"overlap|truncated or altered"):
        PackageArchive.open(packed.path)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (b'pilotkit = ">=0.1"', b'pilotkit = ">=99"', "the package needs pilotkit >=99; this is"),
        (b'pilotkit = ">=0.1"', b'pilotkit = "new"', "'new' is not a version specifier"),
        (b"plugins = []", b'plugins = ["atlantis"]', "plugins that are not installed: atlantis"),
        (b'licence = "CC0-1.0"', b'licence = "CC0-1.0"\nextra = 1', r"package\.toml: extra: is not a key"),
        (b'version = "0.1.0"', b'version = "one"', r"package\.toml: version"),
    ],
)
def test_a_package_that_cannot_be_used_here_is_refused(
    packed: PackedPackage, rewrite: Rewrite, old: bytes, new: bytes, what: str
) -> None:
    info = PackageArchive.open(packed.path).files["package.toml"]
    with pytest.raises(PackageError, match=what):
        PackageArchive.open(rewrite({"package.toml": info.replace(old, new, 1)}))


def test_a_requirement_with_a_number_without_end_is_refused(rewrite: Rewrite, packed: PackedPackage) -> None:
    with pytest.raises(PackageError, match="is not a version specifier"):
        PackageArchive.open(rewrite({"package.toml": _requiring(packed, "==" + "17" * 10_000)}))


def test_what_a_remedy_says_to_type_runs_nothing_else(rewrite: Rewrite, packed: PackedPackage) -> None:
    with pytest.raises(PackageError) as caught:
        PackageArchive.open(rewrite({"package.toml": _requiring(packed, "===0'|id|'")}))
    command = caught.value.remedy.removeprefix("Install a fitting one: ").removesuffix(".")
    assert ["pip", "install", "pilotkit===0'|id|'"] == shlex.split(command)


def _requiring(packed: PackedPackage, pilotkit: str) -> bytes:
    with zipfile.ZipFile(packed.path) as archive:
        text = archive.read("package.toml").decode()
    return re.sub('pilotkit = ".*"', f'pilotkit = "{pilotkit}"', text).encode()
