"""What one would write without a toolkit: an endpoint that puts one row into SQLite. Run by bench/office.py."""

import json
import socket
import sqlite3
import sys
import threading

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

_HERE = threading.local()
_DATABASE = sys.argv[1]


def _connection() -> sqlite3.Connection:
    if not hasattr(_HERE, "connection"):
        _HERE.connection = sqlite3.connect(_DATABASE, isolation_level=None, timeout=10)
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            _HERE.connection.execute(f"PRAGMA {pragma}")
    found: sqlite3.Connection = _HERE.connection
    return found


def _keep(body: str) -> int:
    connection = _connection()
    connection.execute("BEGIN IMMEDIATE")
    made = connection.execute("INSERT INTO submissions (body) VALUES (?)", (body,)).lastrowid or 0
    connection.execute("COMMIT")
    return made


async def receive(request: Request) -> JSONResponse:
    """Keep what was sent; answered when it is on disk."""
    return JSONResponse({"id": await run_in_threadpool(_keep, json.dumps(await request.json()))}, 201)


def main() -> None:
    """Serve on any free port and say which."""
    _connection().execute("CREATE TABLE IF NOT EXISTS submissions (id INTEGER PRIMARY KEY, body TEXT)")
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    app = Starlette(routes=[Route("/submissions", receive, methods=["POST"])])
    uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listener])


if __name__ == "__main__":
    main()
