import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from pilotkit import DataError, PilotkitError
from pilotkit.work import connect
from pilotkit_demo.connector import CONNECTOR, Notices


def connected(settings: dict[str, str]) -> Notices:
    """Make the connector as a deployment does, from settings that are checked."""
    return connect(CONNECTOR, settings, "notice.settings", Notices)


@pytest.fixture
def taken() -> Iterator[list[dict[str, str]]]:
    """What another system was sent; its address is the first item."""
    heard = []

    class Other(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Other)
    heard.append({"url": f"http://127.0.0.1:{server.server_port}"})
    Thread(target=server.serve_forever, daemon=True).start()
    yield heard
    server.shutdown()
    server.server_close()


def test_a_notice_arrives(taken):
    connected(taken[0]).send("0123", "Your result is ready.")
    assert [{"to": "0123", "words": "Your result is ready."}] == taken[1:]


def test_a_system_that_does_not_answer_is_told():
    with pytest.raises(PilotkitError, match="The notice was not taken"):
        connected({"url": "http://127.0.0.1:9"}).send("0123", "Your result is ready.")


def test_an_address_that_is_none_is_refused():
    with pytest.raises(DataError, match="is no address of the web"):
        connected({"url": "file:///etc/passwd"})
