"""Donor marks: what is local in a donor, hashed, so that it can be found elsewhere without being told everywhere.

A mark is a sequence of words: a keyed hash of them, how many they are, and a short hash of the first, which lets a
scan pass over nearly every word of a text. The key is the package's name. Whoever holds a text can ask whether it
holds a mark; nobody can read the donor's facts from the marks without guessing them first.
"""

from __future__ import annotations

import json
import re
import zlib
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import islice
from typing import Annotated, NamedTuple

from pydantic import Field, StringConstraints

from pilotkit.errors import DataError, Place
from pilotkit.model.text import Noun
from pilotkit.packages.donor_facts import LocalFact
from pilotkit.packages.tokenizer import WORD, fold
from pilotkit.reading.nouns import noun_from

FILE = "donor-marks.json"
_AS_WRITTEN = frozenset({"point id", "unit code", "e-mail address", "web address"})
"""Kinds without spaces."""
_IN_ONE_BREATH = frozenset({"unit name", "office"})
"""Kinds that do not continue after a comma: such words are two cells of a table, or two items of a list."""
_NUMBERS = frozenset({"figure", "unit code"})
"""Kinds that a longer number may contain by chance."""
_NUMBER = re.compile(r"\d+(?:[., \u00a0\u202f]\d+)*")
"""A number, with one separator between its groups."""
_OWN = ""
"""The kind of a mark that is no leak."""
_Mark = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{4}:[1-9][0-9]?:[0-9a-f]{16}$")]
"""Short hash of the first word, number of words, hash of all."""


class DonorLeak(NamedTuple):
    """A donor's local fact found in a text."""

    kind: str
    text: str
    line: int
    """The line, from 1."""


class MarkFile(Noun):
    """``donor-marks.json``: marks by donor and kind."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    package: str
    """The key of the hashes: the name of the package when it was first packed."""
    donors: dict[str, dict[str, tuple[_Mark, ...]]]
    """Marks by donor id, then by kind. A derived package keeps the marks of all earlier donors."""


@dataclass(frozen=True)
class DonorFingerprints:
    """The fingerprints of a package, ready to scan with."""

    file: MarkFile
    own: frozenset[str] = frozenset()
    """Marks of the deployment's own facts, which are skipped, even where a donor's mark begins alike."""

    @classmethod
    def of(
        cls, facts: Iterable[LocalFact], package: str, donor: str, *, earlier: DonorFingerprints | None = None
    ) -> DonorFingerprints:
        """Return the fingerprints of a donor's facts, together with those of earlier donors of the package.

        A derived package with another name keeps the first key: the facts of earlier donors cannot be hashed again.
        """
        package = earlier.file.package if earlier else package
        kinds: dict[str, set[str]] = {}
        for fact in facts:
            kinds.setdefault(fact.kind, set()).add(mark_of(fact.words, package))
        donors = dict(earlier.file.donors) if earlier else {}
        donors[donor] = {kind: tuple(sorted(marks)) for kind, marks in sorted(kinds.items())}
        return cls(MarkFile(package=package, donors=dict(sorted(donors.items()))))

    @classmethod
    def parse(cls, text: str, name: str) -> DonorFingerprints:
        """Parse fingerprints from their file; ``name`` is its name in errors.

        Raises:
            DataError: the text is not a file of marks.
        """
        try:
            return cls(noun_from(MarkFile, json.loads(text), name))
        except (ValueError, RecursionError):
            raise DataError("is not valid JSON.", where=Place(name), remedy="Restore it from the package.") from None

    def as_text(self) -> str:
        """Return the text of the file; deterministic."""
        return json.dumps(self.file.model_dump(mode="json"), sort_keys=True, separators=(",", ":")) + "\n"

    def for_deployment(self, names: Collection[str], own: Iterable[LocalFact]) -> DonorFingerprints:
        """Return the fingerprints to scan a deployment with: without its own as a donor, and without shared names.

        Args:
            names: the ids that the deployment may have had as a donor.
            own: its own facts.
        """
        donors = {donor: kinds for donor, kinds in self.file.donors.items() if donor not in names}
        shared = frozenset(mark_of(fact.words, self.file.package) for fact in own)
        return DonorFingerprints(self.file.model_copy(update={"donors": donors}), shared)

    def of_donor(self, donor: str) -> DonorFingerprints:
        """Return the fingerprints of one donor only."""
        kept = {name: kinds for name, kinds in self.file.donors.items() if name == donor}
        return DonorFingerprints(self.file.model_copy(update={"donors": kept}))

    def scan(self, text: str) -> Iterator[DonorLeak]:
        """Yield every leak in ``text``; of two that overlap, the longer."""
        folded = fold(text)
        words = WORD.findall(folded)
        starts = {word for word in set(words) if self._starting(word)}
        if not starts:
            return
        shown = _Shown(text if len(text) == len(folded) else folded, folded)
        free = 0
        for at, word in enumerate(words):
            if word in starts and at >= free and (hit := self._match(words, at, shown)):
                length, kind = hit
                free = at + length
                if kind != _OWN:
                    yield DonorLeak(kind, " ".join(shown.slice(at, length).split()), shown.line(at))

    def _match(self, words: list[str], at: int, shown: _Shown) -> tuple[int, str] | None:
        """Return the length in words and the kind of the longest match at ``at``."""
        for length, kinds in self._starting(words[at]).items():
            kind = kinds.get(_digest(words[at : at + length], self._key))
            if kind is not None and (kind == _OWN or _is_meant(kind, shown, at, length)):
                return length, kind
        return None

    def _starting(self, word: str) -> Mapping[int, Mapping[str, str]]:
        """Return the marks that may start with ``word``; cached, because every word is looked up."""
        found = self._asked.get(word)
        if found is None:
            found = self._asked[word] = self._index.get(_short(word), {})
        return found

    @cached_property
    def _asked(self) -> dict[str, Mapping[int, Mapping[str, str]]]:
        return {}

    @cached_property
    def _key(self) -> bytes:
        return _key_of(self.file.package)

    @cached_property
    def _index(self) -> dict[str, dict[int, dict[str, str]]]:
        """Short hash of the first word → number of words, most first → hash → kind."""
        index: dict[str, dict[int, dict[str, str]]] = {}
        theirs = (
            (mark, kind) for kinds in self.file.donors.values() for kind, marks in kinds.items() for mark in marks
        )
        for mark, kind in (*theirs, *((mark, _OWN) for mark in self.own)):
            first, count, digest = mark.split(":")
            index.setdefault(first, {}).setdefault(int(count), {})[digest] = kind
        return {first: dict(sorted(counts.items(), reverse=True)) for first, counts in index.items()}


class _Shown:
    """The original text of words by number; computed for matches only, so that scanning keeps nothing."""

    def __init__(self, text: str, folded: str) -> None:
        self._text, self._folded = text, folded

    def slice(self, at: int, length: int) -> str:
        """Return the text of ``length`` words from word ``at`` on."""
        return self._text[self._spans[at][0] : self._spans[at + length - 1][1]]

    def is_in_decimal(self, at: int, length: int) -> bool:
        """Return whether the words are part of a decimal number, such as a latitude."""
        start, end = self._spans[at][0], self._spans[at + length - 1][1]
        before, after = self._folded[max(0, start - 2) : start], self._folded[end : end + 2]
        return (before[:1].isdigit() and before[1:] == ".") or (after[:1] == "." and after[1:].isdigit())

    def line(self, at: int) -> int:
        """Return the line number of word ``at``."""
        return bisect_right(self._breaks, self._spans[at][0]) + 1

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        return [match.span() for match in WORD.finditer(self._folded)]

    @cached_property
    def _breaks(self) -> list[int]:
        return [at for at, mark in enumerate(self._folded) if mark == "\n"]


def _is_meant(kind: str, shown: _Shown, at: int, length: int) -> bool:
    """Return whether a match is spelled as facts of its kind are."""
    text = shown.slice(at, length)
    if kind in _IN_ONE_BREATH:
        return not any(mark in text for mark in ',;|"')
    if kind in _AS_WRITTEN and any(mark.isspace() for mark in text):
        return False
    if kind == "figure" and not _NUMBER.fullmatch(text):
        return False
    return kind not in _NUMBERS or not shown.is_in_decimal(at, length)


def mark_of(words: tuple[str, ...], package: str) -> str:
    """Return the mark of a sequence of words, as in the file."""
    words = tuple(islice(words, 99))
    return f"{_short(words[0])}:{len(words)}:{_digest(words, _key_of(package))}"


def _key_of(package: str) -> bytes:
    return blake2b(package.encode(), digest_size=32).digest()


def _digest(words: Sequence[str], key: bytes) -> str:
    return blake2b("\n".join(words).encode(), key=key, digest_size=8).hexdigest()


def _short(word: str) -> str:
    return f"{zlib.crc32(word.encode()) & 0xFFFF:04x}"
