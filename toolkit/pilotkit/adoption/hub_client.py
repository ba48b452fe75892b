"""Client of the ministry's hub: hands a receipt in over the network."""

from __future__ import annotations

import httpx

from pilotkit.errors import TargetError

MEDIA_TYPE = "application/vnd.dsse.envelope.v1+json"
_SECONDS = 30.0
_ACCEPTED = range(200, 300)


def send_receipt(data: bytes, address: str) -> str:
    """POST a signed receipt.

    Args:
        data: the envelope.
        address: of the hub, such as ``https://hub.example/receipts``.

    Returns:
        What the hub answers, in one line.

    Raises:
        TargetError: the hub cannot be reached, or refuses it; nothing was taken.
    """
    try:
        answer = httpx.post(address, content=data, headers={"content-type": MEDIA_TYPE}, timeout=_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise TargetError(
            f"{address} cannot be reached: {problem}.", remedy="Write the receipt with --output and carry the file."
        ) from None
    said = " ".join(answer.text.split())[:300]
    if answer.status_code not in _ACCEPTED:
        raise TargetError(
            f"{address} refused the receipt ({answer.status_code}): {said}", remedy="Ask whoever runs the hub."
        )
    return said
