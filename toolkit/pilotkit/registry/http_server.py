"""A registry's public files at an address: for development, and behind a proxy that speaks TLS."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pilotkit.errors import TargetError
from pilotkit.registry.layout import RegistryFolder

HOST = "127.0.0.1"
_PUBLIC = ("/metadata/", "/targets/")


class _Handler(SimpleHTTPRequestHandler):
    """Files below ``metadata/`` and ``targets/``; no lists of folders, nothing that waits for signatures."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_version = "pilotkit"
    sys_version = ""

    def send_head(self) -> Any:
        """As the standard library's, for public files alone."""
        path = Path(self.translate_path(self.path))
        inside = path.relative_to(self.directory).as_posix()
        if not f"/{inside}".startswith(_PUBLIC) or path.is_symlink() or not path.is_file():
            self.send_error(404)
            return None
        return super().send_head()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the standard library's name
        """Nobody reads it."""


@contextmanager
def served(registry: RegistryFolder, port: int = 0, *, host: str = HOST) -> Iterator[str]:
    """Serve a registry for as long as the block lasts, at the address given. Port 0: any free one.

    Raises:
        TargetError: the port is taken.
    """
    try:
        server = ThreadingHTTPServer((host, port), partial(_Handler, directory=str(registry.folder.resolve())))
    except OSError as problem:
        raise TargetError(
            f"port {port} on {host} cannot be used: {problem.strerror}.", remedy="Choose another."
        ) from None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
