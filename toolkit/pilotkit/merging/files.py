"""Whole files, merged: by key where their format has keys, by lines where they are text, else not at all."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import PurePosixPath
from typing import Any

from pilotkit.errors import DataError
from pilotkit.merging.documents import FORMATS, Format, edited
from pilotkit.merging.service_files import ENDINGS, merge_service_files
from pilotkit.merging.texts import MAXIMUM_LINES, merge_texts
from pilotkit.merging.values import is_same, merge_values
from pilotkit.model.plain_data import PlainData

_BOM = "\ufeff"
_SIMILAR = 0.6
_COMMENT = re.compile(r"(?:^|[ \t])(#[^\n]*)", re.MULTILINE)
_TOML_COMMENT = re.compile(
    r'"""(?:\\.|[^\\])*?"""|' + r"'''.*?'''|" + r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'|(#[^\n]*)", re.DOTALL
)
"""Whatever a string holds is passed over."""
_PROSE = {".md", ".txt", ".html"}
"""Where a line that is put in beside a changed one changes nothing of what that says."""


@dataclass(frozen=True)
class Clash:
    """Something that needs a person."""

    path: tuple[str, ...]
    """Of the key; empty: the file as a whole."""
    base: Any
    ours: Any
    theirs: Any
    why: str

    @property
    def key(self) -> str:
        """The path with dots."""
        return ".".join(self.path)


@dataclass(frozen=True)
class MergedFile:
    """What three versions of a file became."""

    data: bytes
    """Ours, where nothing better can be had without a person."""
    clashes: tuple[Clash, ...] = ()


@dataclass(frozen=True)
class _Text:
    """The text of a file apart from how a system writes it."""

    text: str
    bom: bool
    windows: bool

    @classmethod
    def of(cls, data: bytes) -> _Text | None:
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return None
        if "\0" in text:
            return None
        windows = "\r\n" in text and "\n" not in text.replace("\r\n", "")
        plain = text.removeprefix(_BOM)
        return cls(plain.replace("\r\n", "\n") if windows else plain, text.startswith(_BOM), windows)

    def written(self, text: str) -> bytes:
        """Another text, written as this one was."""
        text = text.replace("\n", "\r\n") if self.windows else text
        return f"{_BOM if self.bom else ''}{text}".encode()


def merge_files(name: str, base: bytes | None, ours: bytes, theirs: bytes) -> MergedFile:
    """``ours`` with what changed from ``base`` to ``theirs``, in the line ends that ours has.

    Args:
        name: the file's name, which tells its format.
        base: what both come from; None where each side added the file.
        ours: the deployment's.
        theirs: the package's.
    """
    if theirs in (ours, base):
        return MergedFile(ours)
    if ours == base:
        return MergedFile(theirs)
    was, mine, new = (_Text.of(each) for each in (base or b"", ours, theirs))
    if was is None or mine is None or new is None:
        return MergedFile(ours, (_clash("both sides changed a file that is not text"),))
    merged, clashes = _merged(name, None if base is None else was.text, mine.text, new.text)
    return MergedFile(ours if merged in {None, mine.text} else mine.written(merged or ""), clashes)


def _merged(name: str, base: str | None, ours: str, theirs: str) -> tuple[str | None, tuple[Clash, ...]]:
    if ours in {theirs, base}:
        return theirs, ()
    if theirs == base:
        return ours, ()
    ending = PurePosixPath(name).suffix
    if form := FORMATS.get(ending):
        return _structured(name, form, base, ours, theirs)
    if base is None:
        return None, (_clash("both sides added it"),)
    if ending in ENDINGS:
        text, what = merge_service_files(base, ours, theirs), "key"
    else:
        text, what = merge_texts(base, ours, theirs, beside="a change" if ending in _PROSE else "nothing"), "lines"
    return text, () if text is not None else (_clash(f"both sides changed the same {what}"),)


def is_similar(one: bytes, other: bytes) -> bool:
    """Whether two texts are the same file, changed: most of their lines are."""
    texts = _Text.of(one), _Text.of(other)
    if texts[0] is None or texts[1] is None:
        return one == other
    before, after = texts[0].text.splitlines(), texts[1].text.splitlines()
    if max(len(before), len(after)) > MAXIMUM_LINES or not before or not after:
        return one == other
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return matcher.quick_ratio() >= _SIMILAR and matcher.ratio() >= _SIMILAR


def _clash(why: str) -> Clash:
    return Clash((), None, None, None, why)


def _structured(
    name: str, form: Format, base: str | None, ours: str, theirs: str
) -> tuple[str | None, tuple[Clash, ...]]:
    """Return the text that holds what merging by key gives; None (with the reason) where there is none."""
    try:
        was = form.parse(base, name) if base is not None else {}
        here, new = form.parse(ours, name), form.parse(theirs, name)
    except DataError as problem:
        return None, (_clash(f"one of its versions {problem.what}"),)
    merged = merge_values(was, here, new)
    clashes = tuple(
        Clash(each.path, each.base, each.ours, each.theirs, "both sides changed it") for each in merged.conflicts
    )
    for text in _candidates(name, base or "", ours, theirs, merged.value):
        if _holds(text, name, form, merged.value) and not _lost_comments(name, form, (base or "", ours, theirs, text)):
            return text, clashes
    why = "comments of both sides cannot be kept together" if not clashes else "both sides changed it"
    return None, (*clashes, _clash(why))


def _candidates(name: str, base: str, ours: str, theirs: str, wanted: PlainData) -> list[str]:
    """By lines first, which keeps everything as it is written; then each side's text with the other's changes."""
    by_lines = merge_texts(base, ours, theirs, beside="anything")
    texts = (by_lines, edited(name, theirs, wanted), edited(name, ours, wanted))
    return [text for text in texts if text is not None]


def _holds(text: str, name: str, form: Format, wanted: PlainData) -> bool:
    try:
        return is_same(form.parse(text, name), wanted)
    except DataError:
        return False


def comments_of(name: str, text: str) -> Counter[str]:
    """Every comment of a YAML or TOML text, and how often it stands there."""
    pattern = _TOML_COMMENT if PurePosixPath(name).suffix == ".toml" else _COMMENT
    return Counter(found[1].strip() for found in pattern.finditer(text) if found[1])


def _lost_comments(name: str, form: Format, texts: tuple[str, str, str, str]) -> bool:
    """Whether a comment that one side wrote is missing."""
    if form.comment is None:
        return False
    base, ours, theirs, merged = (comments_of(name, text) for text in texts)
    kept = base - (base - ours) - (base - theirs)
    added = (ours - base) | (theirs - base)
    return bool((kept | added) - merged)
