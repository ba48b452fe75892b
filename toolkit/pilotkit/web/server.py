"""Serving: for the command line, and for tests that need a real address."""

from __future__ import annotations

import gc
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import uvicorn

from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import TargetError
from pilotkit.web.application import create_app

HOST = "127.0.0.1"
_PATIENCE = 30.0
"""Seconds to wait for a server to start or to stop."""


def serve(
    deployment: Deployment, host: str = HOST, port: int = 8000, started: Callable[[str], None] | None = None
) -> None:
    """Serve until interrupted; requests under way are finished first.

    Args:
        deployment: whose pages.
        host: the address to listen on.
        port: 0 for any free one.
        started: told the address once connections are taken.

    Raises:
        TargetError: the port is taken or may not be used.
    """
    listener = _listen(host, port)
    try:
        server = _server(deployment)
        listener.listen()
        if started:
            started(f"http://{host}:{listener.getsockname()[1]}")
        gc.freeze()  # the catalog and the code stay: no collection needs to walk them again
        gc.enable()
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        pass  # uvicorn raises it again after a graceful stop; that stop is the end we wanted
    finally:
        gc.unfreeze()  # DuckDB's bindings count what is left, and complain
        listener.close()


@contextmanager
def running(
    deployment: Deployment, port: int = 0, *, host: str = HOST, now: Callable[[], datetime] | None = None
) -> Iterator[str]:
    """Serve a deployment in the background for as long as the block lasts. Port 0: any free one.

    Raises:
        TargetError: the port is taken, or the server did not start.
    """
    server = _server(deployment, now)
    listener = _listen(host, port)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        _await_start(server, thread)
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(_PATIENCE)
        listener.close()


class _Server(uvicorn.Server):
    """Ends the streams before it waits for what is under way: they would never end by themselves."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.config.app.state.streams.close()  # type: ignore[union-attr]  # create_app's own
        await super().shutdown(sockets)


def _server(deployment: Deployment, now: Callable[[], datetime] | None = None) -> uvicorn.Server:
    app = create_app(deployment, now=now)
    return _Server(
        uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=5)
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # with its protocol named, asyncio lets small answers leave at once (TCP_NODELAY) instead of holding them back 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as problem:
        listener.close()
        raise TargetError(
            f"port {port} on {host} cannot be used: {problem.strerror}.", remedy="Choose another with --port."
        ) from None
    return listener


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise TargetError("the server did not start.", remedy="Read its log above.")
        time.sleep(0.02)
