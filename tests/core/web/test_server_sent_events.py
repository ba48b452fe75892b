"""A page may go on: shared, bounded, and over when the server stops."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from pilotkit import Page, View
from pilotkit.figures import TargetError
from pilotkit.pages import Stream
from pilotkit.web.server import running
from pilotkit.web.server_sent_events import MOST_EACH, Streams, told_event

pytestmark = pytest.mark.server


class _Source:
    """A stream whose view can be changed, and that counts how often it is made."""

    def __init__(self) -> None:
        self.title = "first"
        self.made = 0
        self.visits = []
        self.is_broken = False

    def page(self, **more):
        return Page("test.stream", "/stream", lambda _visit: Stream("all", self.make, 0.05), "pilotkit.web", **more)

    def make(self, request):
        self.made += 1
        self.visits.append(request)
        if self.is_broken:
            raise TargetError("the database is away.", remedy="Start it.")
        return View("shell/index.html", {"pages": [], "procedures": self.made if self.title == "counting" else 1})


@pytest.fixture
def source():
    return _Source()


@contextmanager
def listening(address):
    with httpx.stream("GET", f"{address}/en/stream", timeout=10) as response:
        yield response, response.iter_lines()


def next_event(lines):
    """The name and the text of the next event; comments are passed over."""
    name, text = "", []
    for line in lines:
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            text.append(line[6:])
        elif not line and name:
            return name, "\n".join(text)
    return None


def test_an_event_keeps_its_lines():
    assert b"event: view\ndata: a\ndata: b\n\n" == told_event("view", "a\nb")
    assert b"event: trouble\ndata: \n\n" == told_event("trouble", "")


def test_the_first_event_is_the_page_as_it_stands(make_town, source):
    with running(make_town(pages=(source.page(),))) as address, listening(address) as (response, lines):
        assert ("text/event-stream; charset=utf-8", "no-store") == (
            response.headers["content-type"], response.headers["cache-control"],
        )  # fmt: skip
        assert "script-src 'self'" in response.headers["content-security-policy"]
        name, html = next_event(lines)
        assert "view" == name
        assert "Port Amber" in html


def test_all_who_listen_share_one_computation(make_town, source):
    source.title = "counting"
    with running(make_town(pages=(source.page(),))) as address, listening(address) as (_, one):
        next_event(one)
        with listening(address) as (_, other):
            before = source.made
            assert next_event(other)[0] == "view"
            assert source.made - before <= 2


def test_nothing_is_computed_while_nobody_listens(make_town, source):
    with running(make_town(pages=(source.page(),))) as address:
        with listening(address) as (_, lines):
            next_event(lines)
        time.sleep(0.3)
        made = source.made
        time.sleep(0.3)
        assert made == source.made


def test_what_is_shared_is_made_for_nobody(make_town, source):
    with running(make_town(pages=(source.page(),))) as address, listening(address) as (_, lines):
        next_event(lines)
    assert {("anonymous", "", "")} == {
        (each.authority.subject, each.form_token, each.guest.session) for each in source.visits
    }


def test_a_failure_is_said_and_the_stream_goes_on(make_town, source):
    with running(make_town(pages=(source.page(),))) as address, listening(address) as (_, lines):
        assert "view" == next_event(lines)[0]
        source.is_broken = True
        assert ("trouble", "") == next_event(lines)
        source.is_broken = False
        assert "view" == next_event(lines)[0]


def test_whoever_may_not_see_the_page_gets_no_stream(make_town, source):
    with running(make_town(pages=(source.page(permission="kpi.read"),))) as address:
        answer = httpx.get(f"{address}/en/stream")
        assert (303, True) == (answer.status_code, answer.headers["location"].startswith("/en/sign-in"))
        assert 0 == source.made


def test_a_server_that_stops_does_not_wait_for_its_streams(make_town, source):
    ended = threading.Event()

    def listen(address):
        with listening(address) as (_, lines):
            for _line in lines:
                heard.set()
        ended.set()

    heard = threading.Event()
    with running(make_town(pages=(source.page(),))) as address:
        thread = threading.Thread(target=listen, args=(address,))
        thread.start()
        assert heard.wait(10)
    assert ended.wait(3), "uvicorn would wait five seconds"
    thread.join()


def test_one_more_than_there_is_room_for_is_told_to_come_again():
    streams = Streams(most=0)
    answer = streams.answer("all", lambda: b"", 1, "a")
    assert (503, "30") == (answer.status_code, answer.headers["retry-after"])


def test_one_session_cannot_take_the_places_of_all(make_town, source):
    with running(make_town(pages=(source.page(),))) as address, ExitStack() as open_now:
        answers = [
            open_now.enter_context(httpx.stream("GET", f"{address}/en/stream", timeout=10)) for _ in range(MOST_EACH)
        ]
        heard = [each.iter_lines() for each in answers]  # kept: a response whose lines nobody keeps is closed
        assert all(next_event(lines) for lines in heard)
        refused = httpx.get(f"{address}/en/stream", timeout=10)
    assert (429, "30") == (refused.status_code, refused.headers["retry-after"])
    assert {200} == {each.status_code for each in answers}


def test_a_session_that_stops_listening_may_listen_again(collected):
    streams = Streams(most_each=1, heartbeat=0.02, longest=0.05)
    for _ in range(3):
        assert collected(streams, lambda: told_event("view", "x"))[1:]


def test_after_the_end_nobody_is_taken_in():
    streams = Streams()
    streams.close()
    assert 503 == streams.answer("all", lambda: b"", 1, "a").status_code


@pytest.fixture
def collected():
    """Run the events of a stream in a loop of one's own, until it ends."""
    import asyncio

    def run(streams, make, every=0.01):
        async def collect():
            return [each async for each in streams.answer("all", make, every, "a").body_iterator]

        with ThreadPoolExecutor(1) as other:  # this thread may have a loop: a browser's tests run in it too
            return other.submit(asyncio.run, collect()).result()

    return run


def test_a_listener_has_to_ask_again_after_a_while(collected):
    streams = Streams(heartbeat=0.02, longest=0.1)
    events = collected(streams, lambda: told_event("view", "the same"))
    assert b"retry: 5000\n\n" == events[0]
    assert [told_event("view", "the same")] == [each for each in events if each.startswith(b"event")]
    assert b": still here\n\n" in events
    assert 0 == streams.listeners


def test_what_has_not_changed_is_not_sent_again(collected):
    moments = iter([b"a", b"a", b"b", *[b"b"] * 1000])
    events = collected(Streams(heartbeat=1, longest=0.2), lambda: next(moments))
    assert [b"a", b"b"] == [each for each in events if each in {b"a", b"b"}]
