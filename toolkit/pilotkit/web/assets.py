"""Static files: the shell's own and those of the packages that bring pages, under addresses that name their content.

A package keeps its files in ``static/<its own name>/``, as it keeps its templates: no two get in each other's way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from pilotkit.version import __version__
from pilotkit.web.translations import SHELL

_YEAR = "public, max-age=31536000, immutable"


class Assets:
    """The static files of a deployment's pages.

    Args:
        packages: the import packages that bring pages.
    """

    def __init__(self, packages: Iterable[str]) -> None:
        self.packages = [each for each in dict.fromkeys((SHELL, *packages)) if _folder(each).is_dir()]
        self._fingerprints: dict[str, str] = {}

    def address(self, name: str) -> str:
        """Where a file such as ``shell.css`` or ``board/board.css`` is served; it changes when the file does."""
        if name not in self._fingerprints:
            self._fingerprints[name] = self._fingerprint(name)
        return f"/static/{name}?v={self._fingerprints[name]}"

    def has(self, name: str) -> bool:
        """Whether there is such a file: what comes from npm is there only once it was built."""
        return self._find(name) is not None

    def served(self) -> StaticFiles:
        """Return the application that serves them."""
        return _Served(packages=[(each, "static") for each in self.packages])

    def _find(self, name: str) -> Traversable | None:
        found = (_folder(each).joinpath(name) for each in self.packages)
        return next((each for each in found if each.is_file()), None)

    def _fingerprint(self, name: str) -> str:
        file = self._find(name)
        return hashlib.sha256(file.read_bytes()).hexdigest()[:10] if file else __version__


class _Served(StaticFiles):
    """Files that may be kept for a year when their address names their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        names_content = scope.get("query_string", b"").startswith(b"v=") or path.startswith("vendor/files/")
        response.headers["cache-control"] = _YEAR if names_content else "no-cache"
        return response


def _folder(package: str) -> Traversable:
    return files(package).joinpath("static")
