"""How a zip file ends: it tells how long the list of its files is, before anything of that is read."""

from __future__ import annotations

import struct
from typing import NamedTuple

_END = struct.Struct("<4s4H2LH")
END_SIZE = _END.size
"""Bytes of the end, without a comment."""
OTHER_END_SIZE = 20
"""Bytes of what stands before it where another end, for large files, would be believed instead."""


class ZipEnd(NamedTuple):
    """The end of central directory record (APPNOTE 4.3.16)."""

    at: int
    """Where it begins in what was looked at."""
    entries: int
    length: int
    """Bytes of the list."""
    offset: int
    """Where the list begins in the file."""


def zip_end(data: bytes) -> ZipEnd | None:
    """Return the end record of a zip file from its last bytes; None where there is none, or more than one."""
    at = data.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(data) or data[max(0, at - OTHER_END_SIZE) : at].startswith(b"PK\x06\x07"):
        return None
    entries, length, offset = _END.unpack_from(data, at)[4:7]
    return ZipEnd(at, entries, length, offset)
