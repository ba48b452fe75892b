"""What every response carries so that a browser runs nothing but our own files."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
QUERY_LENGTH = 200
"""Characters of one value in the query; people's questions are shorter, attacks are longer."""
QUERY_KEYS = 20


class SecurityHeaders:
    """ASGI middleware that puts :data:`HEADERS` on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the answer back with its headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def bounded(query: list[tuple[str, str]]) -> dict[str, str]:
    """Return the query as a mapping: few keys, short values, no control characters; the last of a key counts."""
    return {
        key[:QUERY_LENGTH]: "".join(char for char in value[:QUERY_LENGTH] if char.isprintable()).strip()
        for key, value in query[-QUERY_KEYS:]
    }
