"""A province's colour, made safe to read: every tint is computed so that text on it keeps the contrast of WCAG 2.2."""

from __future__ import annotations

from collections.abc import Callable

PAPER = "#fbfaf6"
INK = "#1b1d1c"
NIGHT = "#0f1413"
"""The wall's ground."""
WHITE = "#ffffff"
BLACK = "#000000"
"""On any colour, white or black is readable; ink is not dark enough for that."""
_DARK = 0.04045
"""Where the sRGB curve (IEC 61966-2-1) turns from a line into a power."""
READABLE = 4.5
"""The least contrast of text (WCAG 2.2, 1.4.3)."""

_Rgb = tuple[float, float, float]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (``#rrggbb``), 1 to 21, as WCAG 2.2 defines it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def stylesheet(accent: str) -> str:
    """``/theme.css``: the accent and what follows from it, as custom properties."""
    text = _until(accent, INK, lambda colour: contrast(colour, PAPER) >= READABLE)
    properties = {
        "--accent": accent,
        "--on-accent": WHITE if contrast(accent, WHITE) >= contrast(accent, BLACK) else BLACK,
        "--accent-text": text,
        "--accent-deep": _mixed(text, INK, 0.35),
        "--accent-tint": _mixed(accent, WHITE, 0.88),
        "--accent-bright": _until(accent, WHITE, lambda colour: contrast(colour, NIGHT) >= READABLE),
    }
    return ":root{" + ";".join(f"{name}:{value}" for name, value in properties.items()) + "}\n"


def icon(accent: str) -> str:
    """``/icon.svg``: a counter, and somebody on the other side of it."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<rect width="32" height="32" rx="7" fill="{accent}"/>'
        '<circle cx="16" cy="11" r="4.5" fill="#fff"/><path d="M6 20h20v4H6z" fill="#fff"/></svg>\n'
    )


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= _DARK else ((part + 0.055) / 1.055) ** 2.4


def _parts(colour: str) -> _Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _mixed(colour: str, other: str, share: float) -> str:
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round((mine * (1 - share) + theirs * share) * 255):02x}" for mine, theirs in pairs)


def _until(colour: str, towards: str, is_enough: Callable[[str], bool]) -> str:
    for step in range(21):
        mixed = _mixed(colour, towards, step / 20)
        if is_enough(mixed):
            return mixed
    return towards
