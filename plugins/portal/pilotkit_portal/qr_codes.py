"""QR codes as pictures inside a page: nothing is asked of anybody for them."""

from __future__ import annotations

import segno


def qr(text: str) -> str:
    """Return a QR code (ISO/IEC 18004) as a ``data:`` address of an SVG, for the ``src`` of a picture."""
    return segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=3, dark="#000", light="#fff")
