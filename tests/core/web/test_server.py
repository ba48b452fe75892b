"""A deployment can be served, and the port is free again afterwards."""

import httpx
import pytest

from pilotkit.figures import TargetError
from pilotkit.web.server import running

pytestmark = pytest.mark.server


def test_it_answers_while_the_block_lasts(town):
    with running(town) as address:
        assert "port-amber" == httpx.get(f"{address}/health").json()["deployment"]
        assert "uvicorn" not in httpx.get(f"{address}/en").headers.get("server", "")
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/health")


def test_a_port_that_is_taken_is_named(town):
    with running(town) as address:
        port = int(address.rpartition(":")[2])
        with pytest.raises(TargetError, match=f"port {port} on 127.0.0.1 cannot be used"), running(town, port):
            pass
