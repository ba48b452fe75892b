"""Text files, bounded and in UTF-8."""

from __future__ import annotations

from pathlib import Path

from pilotkit.errors import DataError, Place
from pilotkit.reading.limits import MAXIMUM_BYTES


def read_text(path: Path, name: str) -> str:
    """Return the text of ``path``; ``name`` is what errors call it. UTF-8 only.

    Raises:
        DataError: missing, too large, or not UTF-8.
    """
    try:
        if path.stat().st_size > MAXIMUM_BYTES:
            raise DataError(
                f"is larger than {MAXIMUM_BYTES // 1024 // 1024} MiB.",
                where=Place(name),
                remedy="Split it into several files.",
            )
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError("is missing.", where=Place(name), remedy="Create it, or restore it from the package.") from None
    except UnicodeDecodeError as problem:
        raise DataError(
            f"is not UTF-8 text (byte {problem.start}).", where=Place(name), remedy="Save it as UTF-8."
        ) from None
    except OSError as problem:
        raise DataError(f"cannot be read: {problem.strerror}.", where=Place(name)) from None
