"""Server-sent events, bounded: one computation for all who ask the same, none while nobody listens.

A listener costs a coroutine and no thread, and holds no connection to the database while it waits. The format is that
of the HTML Living Standard, 9.2.5.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from time import monotonic

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from pilotkit.errors import PilotkitError

_LOG = logging.getLogger(__name__)
MOST = 100
"""Listeners of one process; who comes later is told to come again, and sees the page all the same."""
MOST_EACH = 10
"""Listeners of one session, so that none takes the places of all others."""
HEARTBEAT = 15.0
"""Seconds of silence after which a comment is sent, so that nothing between takes the connection for dead."""
LONGEST = 900.0
"""Seconds after which a listener has to ask again, and so passes the door again."""
_RETRY = 5_000
"""Milliseconds that a browser waits before it comes back."""
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


def told_event(name: str, text: str) -> bytes:
    """One event; ``text`` may have many lines."""
    lines = "".join(f"data: {line}\n" for line in text.splitlines() or [""])
    return f"event: {name}\n{lines}\n".encode()


class Streams:
    """Every stream of one application. To be used from its event loop only.

    Args:
        most: listeners at one time.
        most_each: of them, of one session.
        heartbeat: seconds.
        longest: seconds.
    """

    def __init__(
        self, most: int = MOST, most_each: int = MOST_EACH, heartbeat: float = HEARTBEAT, longest: float = LONGEST
    ) -> None:
        self._most = most
        self._most_each = most_each
        self._sessions: Counter[str] = Counter()
        self._heartbeat = heartbeat
        self._longest = longest
        self._channels: dict[str, _Channel] = {}
        self._is_over = False

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return sum(channel.listeners for channel in self._channels.values())

    def answer(self, key: str, make: Callable[[], bytes], every: float, session: str) -> Response:
        """Return a response that goes on; 503 where too many listen or the server stops, 429 where one session does.

        Args:
            key: whoever has the same gets the same events.
            make: makes one; called in a thread, again every few seconds while somebody listens.
            every: seconds from one to the next.
            session: tells listeners apart: of a session, or of an address where nobody has signed in.
        """
        if self._sessions[session] >= self._most_each:
            return Response(status_code=HTTPStatus.TOO_MANY_REQUESTS, headers={**_HEADERS, "retry-after": "30"})
        if not self._has_room:
            return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers={**_HEADERS, "retry-after": "30"})
        events = self._events(key, make, every, session)
        return StreamingResponse(events, media_type="text/event-stream", headers=_HEADERS)

    def close(self) -> None:
        """End every stream; browsers come back when the server does."""
        self._is_over = True
        for channel in self._channels.values():
            channel.end()

    @property
    def _has_room(self) -> bool:
        return not self._is_over and self.listeners < self._most

    async def _events(self, key: str, make: Callable[[], bytes], every: float, session: str) -> AsyncIterator[bytes]:
        yield f"retry: {_RETRY}\n\n".encode()
        if not self._has_room or self._sessions[session] >= self._most_each:
            return
        self._sessions[session] += 1
        channel = self._channels.setdefault(key, _Channel(make, every))
        channel.join()
        try:
            seen, last = 0, monotonic() + self._longest
            while not self._is_over and monotonic() < last:
                is_new = await channel.is_beyond(seen, self._heartbeat)
                if is_new:
                    seen = channel.number
                    yield channel.event
                elif not self._is_over:
                    yield b": still here\n\n"
        finally:
            self._sessions -= Counter({session: 1})  # a session without listeners is not remembered
            channel.leave()
            if not channel.listeners and self._channels.get(key) is channel:
                del self._channels[key]


class _Channel:
    """What all listeners with one key share."""

    def __init__(self, make: Callable[[], bytes], every: float) -> None:
        self._make = make
        self._every = every
        self._news = asyncio.Event()
        self._work: asyncio.Task[None] | None = None
        self.listeners = 0
        self.number = 0
        self.event = b""

    def join(self) -> None:
        """One more listens; the first one sets the work going."""
        self.listeners += 1
        if self._work is None:
            self._work = asyncio.get_running_loop().create_task(self._make_anew())

    def leave(self) -> None:
        """One fewer; after the last the work ends."""
        self.listeners -= 1
        if not self.listeners:
            self.end()

    def end(self) -> None:
        """No more events; whoever waits for one is woken."""
        if self._work is not None:
            self._work.cancel()
        self._news.set()

    async def is_beyond(self, seen: int, patience: float) -> bool:
        """Whether there is an event after number ``seen``, now or within ``patience`` seconds."""
        if self.number <= seen:
            try:
                await asyncio.wait_for(self._news.wait(), patience)
            except TimeoutError:
                return False
        return self.number > seen

    async def _make_anew(self) -> None:
        while True:
            self._tell(await run_in_threadpool(self._made))
            await asyncio.sleep(self._every)

    def _made(self) -> bytes:
        try:
            return self._make()
        except PilotkitError as problem:
            _LOG.warning("a stream has nothing new to say: %s", problem)
        except Exception:  # noqa: BLE001  # a bug that is logged must not leave walls with old figures that look new
            _LOG.exception("a stream has nothing new to say")
        return told_event("trouble", "")

    def _tell(self, event: bytes) -> None:
        if event == self.event:
            return
        self.number, self.event = self.number + 1, event
        heard, self._news = self._news, asyncio.Event()
        heard.set()
