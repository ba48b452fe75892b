"""A bound on what a request may bring, kept while it streams in."""

from __future__ import annotations

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pilotkit.api.file_routes import LARGEST

BODY = 1024 * 1024
"""Bytes of a body that is no upload."""


class BoundedBodies:
    """ASGI middleware that refuses a body as soon as it is too large."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting."""
        kinds = [value for name, value in scope.get("headers", ()) if name == b"content-type"]
        most = LARGEST + BODY if any(each.startswith(b"multipart/") for each in kinds) else BODY
        taken = 0

        async def receive_counting() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A body may have at most {most} bytes here.")
            return message

        await self.app(scope, receive_counting, send)
