"""Who a request comes from: its cookies, the session they name, and the token that its forms carry.

A form's token is bound to the visitor: to the session of who has signed in, to a signed cookie of who has not. It is
masked anew on each page, because pages are compressed (BREACH, http://breachattack.com, section 3.4).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64Error
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from pilotkit.model.access import ANONYMOUS, Authority

FIELD = "form_token"
"""The field that every form carries."""
SESSION = "session"
VISITOR = "visitor"
DEVICE = "device"
FLOW = "flow"
"""The names of our cookies: of a signed-in browser, of one that fills in a form, of one that somebody has signed in
from before, and of one that is on its way to a provider and back."""
_MASK = 32
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Requester:
    """Who asks."""

    visitor: str
    """The signed name of the browser; it means nothing to anybody else."""
    session: str = ""
    """The secret of the session, where somebody has signed in."""
    authority: Authority = ANONYMOUS
    is_new: bool = False
    """Whether the browser does not know its name yet."""
    device: str = ""
    """What the browser got when somebody signed in from it before."""
    client: str = ""
    """The address that it comes from."""


NOBODY = Requester(visitor="")


class FormTokens:
    """Makes and checks the tokens of forms and the names of browsers.

    Args:
        secret: 32 bytes or more; the same in every process that serves the deployment.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def new_visitor(self) -> str:
        """Return a name for a browser that has none."""
        name = secrets.token_urlsafe(24)
        return f"{name}.{self._mac('visitor', name).hex()[:32]}"

    def is_visitor(self, value: str) -> bool:
        """Whether we gave this name."""
        name, _, mac = value.partition(".")
        return hmac.compare_digest(self._mac("visitor", name).hex()[:32].encode(), mac.encode())

    def token(self, guest: Requester) -> str:
        """Return what the guest's forms carry; another one each time, and all of them are good."""
        mask = secrets.token_bytes(_MASK)
        return urlsafe_b64encode(mask + _masked(self._of(guest), mask)).decode()

    def is_token(self, guest: Requester, value: str) -> bool:
        """Whether it is one of the guest's own."""
        try:
            raw = urlsafe_b64decode(value.encode())
        except (NoBase64Error, ValueError):
            return False
        return hmac.compare_digest(self._of(guest), _masked(raw[_MASK:], raw[:_MASK]))

    def _of(self, guest: Requester) -> bytes:
        return self._mac("form", guest.session or guest.visitor)

    def _mac(self, purpose: str, text: str) -> bytes:
        return hmac.digest(self._secret, f"{purpose}:{text}".encode(), hashlib.sha256)


def _masked(data: bytes, mask: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(data, mask, strict=False))


def is_plain(request: Request) -> bool:
    """Whether it is served to this very machine without encryption, where a browser keeps no secure cookies."""
    return request.url.scheme == "http" and request.url.hostname in _LOOPBACK


def cookie(request: Request, name: str) -> str:
    """Return a cookie of ours; empty where there is none."""
    return request.cookies.get(_name(request, name), "")


def set_cookie(request: Request, response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Give the browser a cookie that no script, no other host and no foreign form gets; None: until it is closed."""
    response.set_cookie(
        _name(request, name), value, max_age=seconds, path="/", secure=not is_plain(request), httponly=True,
        samesite="lax",
    )  # fmt: skip


def drop_cookie(request: Request, response: Response, name: str) -> None:
    """Take a cookie back."""
    set_cookie(request, response, name, "", 0)


def _name(request: Request, name: str) -> str:
    return name if is_plain(request) else f"__Host-{name}"


def is_from_here(request: Request) -> bool:
    """Whether the browser says that our own page sent this form, or says nothing at all.

    Fetch Metadata (https://www.w3.org/TR/fetch-metadata/) first, then the Origin header (RFC 6454).
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or _host_of(origin) == request.headers.get("host", "")


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # such as half an IPv6 address
        return None


def is_own_path(path: str) -> bool:
    """Whether an address leads to this site, whatever a browser makes of it."""
    return path.startswith("/") and not path.startswith("//") and path.isprintable() and "\\" not in path
