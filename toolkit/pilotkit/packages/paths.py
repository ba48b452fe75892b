"""Valid paths in a package: portable to every system, and inside the target folder."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

MAXIMUM_PATH = 240
"""Maximum bytes of UTF-8 in a path."""
MAXIMUM_PART = 120
"""Maximum bytes of UTF-8 in one name."""
_FORBIDDEN = re.compile(r'[<>:"|?*\\]')
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)


def fault_of(path: str) -> str | None:
    """Return the fault of ``path`` as the end of a sentence; None when it is relative, portable and stays inside."""
    if not path or len(path.encode("utf-8", "surrogatepass")) > MAXIMUM_PATH:
        return f"is empty or longer than {MAXIMUM_PATH} bytes"
    if any(unicodedata.category(mark).startswith("C") for mark in path):
        return "holds a control character"
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return "is absolute"
    if found := _FORBIDDEN.search(path):
        return f"holds {found[0]!r}, which not every system allows"
    if unicodedata.normalize("NFC", path) != path:
        return "is not in Unicode's composed form (NFC)"
    return next((fault for part in path.split("/") if (fault := _fault_of_part(part))), None)


def _fault_of_part(part: str) -> str | None:
    if part in {"", ".", ".."}:
        return "leaves its folder, or holds an empty name"
    if len(part.encode()) > MAXIMUM_PART:
        return f"holds a name of more than {MAXIMUM_PART} bytes"
    if part != part.strip() or part.endswith("."):
        return "holds a name that starts or ends with a space, or ends with a dot"
    if _RESERVED.fullmatch(part.split(".", maxsplit=1)[0].strip()):
        return f"holds {part!r}, a name that Windows keeps for itself"
    return None


def first_collision(paths: Iterable[str]) -> tuple[str, str] | None:
    """Return two of ``paths`` that collide on some system: equal but for case, or one the folder of the other."""
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in paths:
        folded = _folded(path)
        above = [folder.as_posix() for folder in PurePosixPath(folded).parents][:-1]
        other = files.get(folded) or folders.get(folded) or next((files[each] for each in above if each in files), None)
        if other is not None:
            return other, path
        files[folded] = path
        folders.update(dict.fromkeys(above, path))
    return None


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", path).casefold())
