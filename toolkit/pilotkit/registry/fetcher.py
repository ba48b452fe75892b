"""Where a registry is read from: an address (http, https) or a folder, such as one on a stick."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit
from urllib.request import url2pathname

from tuf.api.exceptions import DownloadError, DownloadHTTPError
from tuf.ngclient import FetcherInterface
from tuf.ngclient.urllib3_fetcher import Urllib3Fetcher

_VERSION = re.compile(r"^\d+\.")
_CHUNK = 256 * 1024
_NOT_FOUND = 404
_SECONDS = 20
"""Of silence until a server is given up."""


class Fetcher(FetcherInterface):
    """Reads both, in pieces, and remembers metadata for telling people when it expired."""

    def __init__(self) -> None:
        self._web = Urllib3Fetcher(socket_timeout=_SECONDS, app_user_agent="pilotkit")
        self._read: dict[str, bytes] = {}

    def _fetch(self, url: str) -> Iterator[bytes]:
        if urlsplit(url).scheme == "file":
            return _pieces(Path(url2pathname(unquote(urlsplit(url).path))))
        return _whole(url, self._web.fetch(url))

    def download_bytes(self, url: str, max_length: int) -> bytes:
        """As :meth:`FetcherInterface.download_bytes`."""
        data: bytes = super().download_bytes(url, max_length)
        self._read[_VERSION.sub("", Path(urlsplit(url).path).name)] = data
        return data

    def expiry_of(self, role: str, store: Path) -> datetime | None:
        """Until when a role said to hold when it was read last, now or before; for words only, it decides nothing."""
        name = f"{role}.json"
        try:
            data = self._read.get(name) or (store / name).read_bytes()
            return datetime.fromisoformat(json.loads(data)["signed"]["expires"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None


def _whole(url: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what breaks off in the middle is as much out of reach as what does not begin."""
    try:
        yield from pieces
    except DownloadError:
        raise
    except Exception as problem:
        raise DownloadError(f"{url} broke off") from problem


def _pieces(path: Path) -> Iterator[bytes]:
    if not path.is_file():
        raise DownloadHTTPError(f"there is no {quote(path.name)}", _NOT_FOUND)
    return _whole(path.as_uri(), _read(path))


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            yield piece
