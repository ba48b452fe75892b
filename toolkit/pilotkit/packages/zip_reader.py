"""A reader of untrusted zip files, with limits: no declared size is trusted."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from pilotkit.errors import PackageError, Place
from pilotkit.packages.paths import fault_of, first_collision
from pilotkit.reading.zip_ends import END_SIZE, OTHER_END_SIZE, zip_end

MAXIMUM_FILES = 5_000
MAXIMUM_FILE = 8 * 1024 * 1024
"""Maximum bytes of one file."""
MAXIMUM_TOTAL = 128 * 1024 * 1024
"""Maximum bytes of all files together, and of the package itself."""
MAXIMUM_RATIO = 200
"""Maximum compression ratio of a large file."""
_SMALL = 64 * 1024
_MAXIMUM_DIRECTORY = 4 * 1024 * 1024
_LOCAL_HEADER = 30
_ENCRYPTED = 0x41
_UTF8 = 0x800
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error, ValueError)
"""The exceptions of zipfile for corrupt files."""
_AGAIN = "Fetch the package again from whoever published it."


def read_entries(path: Path) -> dict[str, bytes]:
    """Return every file of the package at ``path``, by its path inside.

    Raises:
        PackageError: not a zip file, truncated, encrypted, too large once inflated, or with an invalid path.
    """
    _check_ends(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_entries(path, entries)
            return dict(_inflated(archive, entries))
    except _BROKEN as why:
        raise _refused(path, f"is truncated or altered: {why}") from None
    except OSError as problem:
        raise _refused(path, f"cannot be read: {problem.strerror or problem}") from None


def _check_ends(path: Path) -> None:
    """Check both ends before the directory is read, which could be crafted to exceed memory."""
    if not path.is_file():
        raise PackageError(f"there is no package at {path}.", remedy="Name a file that 'pilotkit pack' wrote.")
    size = path.stat().st_size
    if size > MAXIMUM_TOTAL:
        raise _refused(path, f"is larger than {MAXIMUM_TOTAL // 1024**2} MiB")
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(max(0, size - END_SIZE - OTHER_END_SIZE))
        tail = file.read()
    if start != b"PK\x03\x04":
        raise _refused(path, "is not a package: not a zip file")
    end = zip_end(tail)
    if end is None or end.at + END_SIZE != len(tail):
        raise _refused(path, "is truncated, or something was added to its end")
    if end.entries > MAXIMUM_FILES or end.length > _MAXIMUM_DIRECTORY:
        raise _refused(path, f"holds more than {MAXIMUM_FILES} files")
    if end.offset + end.length + END_SIZE != size:
        raise _refused(path, "is altered: its directory does not stand at its end")


def _check_entries(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAXIMUM_FILES:
        raise _refused(path, f"holds more than {MAXIMUM_FILES} files")
    if sum(entry.file_size for entry in entries) > MAXIMUM_TOTAL:
        raise _refused(path, f"grows to more than {MAXIMUM_TOTAL // 1024**2} MiB")
    for entry in entries:
        if fault := _fault(entry):
            raise PackageError(f"{fault}.", where=Place(_shown(entry.orig_filename)), remedy=_AGAIN)
    if twins := first_collision(entry.filename for entry in entries):
        raise PackageError(
            f"cannot stand beside '{_shown(twins[0])}': on some systems they are the same.",
            where=Place(_shown(twins[1])),
            remedy="Rename one of them in the model, and pack it again.",
        )
    _check_order(path, entries)


def _fault(entry: zipfile.ZipInfo) -> str | None:
    return _fault_of_name(entry) or _fault_of_kind(entry) or _fault_of_size(entry)


def _fault_of_name(entry: zipfile.ZipInfo) -> str | None:
    if entry.orig_filename != entry.filename or entry.is_dir():
        return "is not the path of a file"
    if not entry.filename.isascii() and not entry.flag_bits & _UTF8:
        return "is not a path in UTF-8"
    fault = fault_of(entry.filename)
    return f"is a path that {fault}" if fault else None


def _fault_of_kind(entry: zipfile.ZipInfo) -> str | None:
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG} or mode & (stat.S_ISUID | stat.S_ISGID):
        return "is a symbolic link, a device, or otherwise not a plain file"
    if entry.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return "is compressed in a way that packages do not use"
    return None


def _fault_of_size(entry: zipfile.ZipInfo) -> str | None:
    if entry.file_size > MAXIMUM_FILE:
        return f"grows to more than {MAXIMUM_FILE // 1024**2} MiB"
    if entry.file_size > max(_SMALL, entry.compress_size * MAXIMUM_RATIO):
        return f"grows more than {MAXIMUM_RATIO} times"
    return None


def _check_order(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse entries that overlap: a small file could inflate many times over (zip bomb)."""
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset < end:
            raise _refused(path, "is altered: its entries overlap")
        end = entry.header_offset + _LOCAL_HEADER + len(entry.orig_filename.encode()) + entry.compress_size


def _inflated(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Iterator[tuple[str, bytes]]:
    left = MAXIMUM_TOTAL
    for entry in entries:
        with archive.open(entry) as file:
            data = file.read(MAXIMUM_FILE + 1)
        left -= len(data)
        if len(data) > MAXIMUM_FILE or left < 0 or len(data) != entry.file_size:
            raise PackageError("is larger than it says.", where=Place(_shown(entry.filename)), remedy=_AGAIN)
        yield entry.filename, data


def _shown(path: str) -> str:
    """Return an untrusted path, safe to print."""
    return path.encode("unicode_escape", "backslashreplace").decode()[:120] if not path.isprintable() else path[:120]


def _refused(path: Path, what: str) -> PackageError:
    return PackageError(f"{path.name} {what}.", remedy=_AGAIN)
