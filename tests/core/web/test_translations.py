"""Nothing on a page is left in the code's English, and no translation outlives its message."""

from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[3]
SHELL = ROOT / "toolkit" / "pilotkit" / "web"
CATALOGUES = [SHELL, *(each.parents[1] for each in sorted(ROOT.glob("plugins/*/*/locales/vi")))]
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
KEYWORDS = DEFAULT_KEYWORDS | {"Navigation": (1,)}
"""A page's name in the header is a message too."""
OPTIONS = {"**/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}


def _first(message):
    return message if isinstance(message, str) else message[0]


def _translated(folder):
    with (folder / "locales" / "vi" / "messages.po").open("rb") as file:
        return {_first(each.id) for each in read_po(file) if each.id and each.string}


@pytest.mark.parametrize("folder", CATALOGUES, ids=lambda folder: folder.name)
def test_every_message_of_a_page_has_its_translation(folder):
    found = extract_from_dir(folder, METHODS, OPTIONS, KEYWORDS)
    messages = {_first(message) for _, _, message, _, _ in found}
    assert messages
    assert set() == messages - _translated(folder) - _translated(SHELL)
    assert set() == _translated(folder) - messages
