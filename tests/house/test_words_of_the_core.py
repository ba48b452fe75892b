"""The core knows no country: no place, no national word, no letter that only one country's language needs."""

import re
import subprocess
from pathlib import Path

import pytest
from babel import Locale

ROOT = Path(__file__).parents[2]
TEXT = {".py", ".html", ".css", ".js", ".mjs", ".toml", ".yaml", ".csv", ".md", ".mako", ".ini"}
TYPEFACE = re.compile(r"be[- ]vietnam[- ]pro", re.IGNORECASE)
"""A typeface keeps its name. A language may be named too: "Vietnamese" is none of the words below."""
VENDOR = "application/vnd."
"""How media types of vendors begin (RFC 6838)."""
NATIONAL = "viet ?nam|viet|vnd|hanoi|ha noi|saigon|ho chi minh|da nang|hai phong|can tho|vneid|ubnd|cccd"
WORD = re.compile(rf"(?<![A-Za-z])(?:{NATIONAL})(?![a-z])", re.IGNORECASE)
LETTERS = re.compile("[\u1ea0-\u1ef9\u0110\u0111\u01a0\u01a1\u01af\u01b0]")
"""Letters of Vietnamese that its European neighbours in Unicode do without."""
NO_COUNTRIES = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
COUNTRIES = "|".join(
    re.escape(name)
    for code, name in Locale("en").territories.items()
    if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES
)
COUNTRY = re.compile(rf"\b(?:{COUNTRIES})\b")


def core_files():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "toolkit"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git working tree")
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in TEXT and "locales" not in path.parts and path.is_file():
            yield name, path.read_text(encoding="utf-8")


def hits(pattern, text):
    return [(text.count("\n", 0, hit.start()) + 1, hit[0]) for hit in pattern.finditer(text)]


def test_the_core_has_no_word_of_the_country_it_was_first_written_for():
    found = {name: hits(WORD, TYPEFACE.sub("", text.replace(VENDOR, ""))) for name, text in core_files()}
    assert {} == {name: words for name, words in found.items() if words}


def test_the_core_names_no_country():
    found = {name: hits(COUNTRY, TYPEFACE.sub("", text)) for name, text in core_files()}
    assert {} == {name: words for name, words in found.items() if words}


def test_the_core_needs_no_language_of_its_own():
    found = {name: hits(LETTERS, text) for name, text in core_files() if name.startswith("toolkit/pilotkit/")}
    assert {} == {name: letters for name, letters in found.items() if letters}
