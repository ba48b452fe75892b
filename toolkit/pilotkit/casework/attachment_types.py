"""Is a file one that may be kept? Its type is found from what is in it; what a browser says of it is not believed."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable
from typing import NamedTuple

from pilotkit.errors import CaseError
from pilotkit.model.personal import Content
from pilotkit.reading.zip_ends import zip_end

MAX_SIZE = 10 * 1024 * 1024
"""The most that one file may have, in bytes."""
MAX_FILES = 20
"""The most files that one case may have."""
ACCEPTED = "PDF, JPEG, PNG, WebP, Word, Excel, OpenDocument or plain text"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_SUFFIX = re.compile(r"\.([A-Za-z0-9]{1,8})$")
_TURNS_AROUND = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that make a name read another way than it is written (UAX 9)."""


def checked(content: Content) -> Content:
    """Return the file with the media type that its content has.

    Raises:
        CaseError: it is empty, too big, of another type than may be kept, or its name cannot be kept.
    """
    _check_name(content.name)
    shown = f"the file '{content.name}'"
    if not content.data:
        raise CaseError(f"{shown} is empty.", remedy="Save it again, open it to see that it is whole, and send that.")
    if len(content.data) > MAX_SIZE:
        raise CaseError(
            f"{shown} has {len(content.data) / 2**20:.1f} MB, and a file may have {MAX_SIZE // 2**20} MB at most.",
            remedy="Scan it with fewer dots per inch, or send it in parts.",
        )
    kind = next((kind for kind in _KINDS if kind.fits(content.data)), None)
    if kind is None:
        raise CaseError(f"{shown} is none of the types that are taken.", remedy=f"Send it as {ACCEPTED}.")
    _check_suffix(content.name, kind)
    return content.model_copy(update={"media_type": kind.media_type})


def checked_all(contents: Iterable[Content], already: int = 0) -> tuple[Content, ...]:
    """Files that come together.

    Args:
        contents: in their order.
        already: how many the case has.

    Raises:
        CaseError: one may not be kept, or they are too many.
    """
    found = tuple(checked(each) for each in contents)
    check_number(already + len(found))
    return found


def check_number(files: int) -> None:
    """Refuse more files than a case may have.

    Raises:
        CaseError: they are too many.
    """
    if files > MAX_FILES:
        raise CaseError(
            f"a case may have {MAX_FILES} files at most, and with these it would have {files}.",
            remedy="Put several pages into one PDF.",
        )


def _check_name(name: str) -> None:
    spoilt = [mark for mark in name if mark in _TURNS_AROUND or unicodedata.category(mark) in {"Cc", "Cs", "Zl", "Zp"}]
    if not name.strip(". ") or spoilt or "/" in name or "\\" in name:
        raise CaseError(
            f"a file is called {name!a}, which is no name that can be kept: empty, a path, or with marks that "
            "cannot be seen.",
            remedy="Give it a name of letters, digits, spaces and dots.",
        )


_ENTRIES, _ENTRY = 10_000, 300
"""The most parts of a document, and bytes that each may take in the directory on average."""


def _check_suffix(name: str, kind: _Kind) -> None:
    """Raise for a file that opens as something else than its content."""
    suffix = _SUFFIX.search(name)
    if suffix and suffix[1].lower() not in kind.suffixes:
        raise CaseError(
            f"the file '{name}' is called .{suffix[1]}, and what is in it is {kind.name}.",
            remedy=f"Call it .{kind.suffixes[0]}, or send it as {ACCEPTED}.",
        )


class _Kind(NamedTuple):
    """A type that is taken."""

    name: str
    media_type: str
    suffixes: tuple[str, ...]
    fits: Callable[[bytes], bool]


def _begins(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(beginnings)


def _is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def _holds(part: str) -> Callable[[bytes], bool]:
    """Whether it is an Office Open XML package (ECMA-376) with this part and no macros. Nothing is unpacked."""
    return lambda data: part in (names := _names_in(data)) and "[Content_Types].xml" in names and not _macros(names)


def _names_in(data: bytes) -> frozenset[str]:
    if not data.startswith(b"PK\x03\x04") or not _is_small(data):
        return frozenset()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return frozenset(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        return frozenset()


def _is_small(data: bytes) -> bool:
    """Whether the directory of a zip file is no larger than a document's, before anything of it is read."""
    end = zip_end(data)
    return end is not None and end.entries <= _ENTRIES and end.length <= _ENTRIES * _ENTRY


def _macros(names: frozenset[str]) -> bool:
    return any(name.lower().endswith("vbaproject.bin") or name.startswith(("Basic/", "Scripts/")) for name in names)


def _says(media_type: str) -> Callable[[bytes], bool]:
    """Whether its first part says this type, as OpenDocument 1.3 part 2, section 3.3, wants it; no macros."""
    start = b"mimetype" + media_type.encode()
    return lambda data: data[30:].startswith(start + b"PK") and bool(names := _names_in(data)) and not _macros(names)


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not any(unicodedata.category(mark) == "Cc" and mark not in "\t\r\n\f" for mark in set(text))


_KINDS = (
    _Kind("a PDF document", "application/pdf", ("pdf",), _begins(b"%PDF-")),
    _Kind("a JPEG picture", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), _begins(b"\xff\xd8\xff")),
    _Kind("a PNG picture", "image/png", ("png",), _begins(b"\x89PNG\r\n\x1a\n")),
    _Kind("a WebP picture", "image/webp", ("webp",), _is_webp),
    _Kind("a Word document", f"{_OFFICE}wordprocessingml.document", ("docx",), _holds("word/document.xml")),
    _Kind("an Excel workbook", f"{_OFFICE}spreadsheetml.sheet", ("xlsx",), _holds("xl/workbook.xml")),
    _Kind("an OpenDocument text", f"{_OPEN_DOCUMENT}text", ("odt",), _says(f"{_OPEN_DOCUMENT}text")),
    _Kind(
        "an OpenDocument spreadsheet", f"{_OPEN_DOCUMENT}spreadsheet", ("ods",), _says(f"{_OPEN_DOCUMENT}spreadsheet")
    ),
    _Kind("plain text", "text/plain", ("txt", "text", "csv", "md"), _is_text),
)
