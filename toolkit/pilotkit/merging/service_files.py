"""Unit files of systemd: the order of lines means nothing, except among lines of one key (``systemd.syntax(7)``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from pilotkit.merging.sequences import Stretch
from pilotkit.merging.texts import merge_texts

ENDINGS = frozenset({".mount", ".path", ".service", ".slice", ".socket", ".target", ".timer"})
"""Of the names of such files."""


def merge_service_files(base: str, ours: str, theirs: str) -> str | None:
    """``ours`` with what changed from ``base`` to ``theirs``; None where both changed the lines of one key.

    Lines that both sides put in at the same place are both kept.

    Args:
        base: what both come from.
        ours: the deployment's.
        theirs: the package's.
    """
    text = merge_texts(base, ours, theirs, beside="anything")
    if text is None:
        return None
    was, mine, new, merged = (_values(each) for each in (base, ours, theirs, text))
    says_both = all(
        merged.get(key, ()) == Stretch(was.get(key, ()), mine.get(key, ()), new.get(key, ())).merged
        for key in {*was, *mine, *new, *merged}
    )
    return text if says_both else None


def _values(text: str) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return what each key of each section is given, in order; a line that a backslash ends goes on in the next."""
    found: dict[tuple[str, str], tuple[str, ...]] = defaultdict(tuple)
    section = ""
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith("["):
            section = line.strip()
        elif line.strip() and not line.startswith(("#", ";")):
            key, _, value = line.partition("=")
            found[section, key.strip()] += (value.strip(),)
    return found
