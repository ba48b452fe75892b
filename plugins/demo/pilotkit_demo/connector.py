"""A way out to another system: a notice as JSON over HTTP."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from pilotkit import Connector, DataError, PilotkitError

_PATIENCE = 5.0
"""Seconds: whoever waits for this waits at a counter."""


class Notices:
    """Sends words to one address.

    Args:
        url: where to; http or https.

    Raises:
        DataError: it is neither.
    """

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise DataError(f"'{url}' is no address of the web.", remedy="Write one that begins with https://.")
        self._url = url

    def send(self, to: str, words: str) -> None:
        """Send ``words`` to ``to``.

        Raises:
            PilotkitError: the other system did not take them.
        """
        body = json.dumps({"to": to, "words": words}).encode()
        request = Request(self._url, body, {"Content-Type": "application/json"})  # noqa: S310  # looked at above
        try:
            with urlopen(request, timeout=_PATIENCE):  # noqa: S310  # the same
                return
        except (URLError, TimeoutError) as problem:
            raise PilotkitError(f"The notice was not taken: {problem}.", remedy="Try again later.") from problem


def make(settings: dict[str, Any]) -> Notices:
    """Return the connector from its settings: ``url``.

    Raises:
        DataError: the url is missing, or is none.
    """
    return Notices(str(settings.get("url", "")))


CONNECTOR = Connector("demo.notices", "notice", make)
