"""Donor marks: what is local in a donor, hashed, so that it can be found elsewhere without being told everywhere.

A mark is a sequence of words: a keyed hash of them, how many they are, and a short hash of the first, which lets a
scan pass over nearly every word of a text. The key is the package's name. Whoever holds a text can ask whether it
holds a mark; nobody can read the donor's facts from the marks without guessing them first.
"""

from __future__ import annotations

import json
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import islice
from typing import Annotated, NamedTuple

from pydantic import Field, StringConstraints

from pilotkit.errors import DataError, Place
from pilotkit.model.text import Noun
from pilotkit.packages.facts import LocalFact
from pilotkit.packages.wording import WORD, fold, plain
from pilotkit.reading import noun_from

FILE = "donor-marks.json"
_AS_WRITTEN = frozenset({"point id", "unit code", "e-mail address", "web address"})
"""Kinds that never hold a space."""
_Mark = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{4}:[1-9][0-9]?:[0-9a-f]{16}$")]
"""Short hash of the first word, number of words, hash of all."""


class Leftover(NamedTuple):
    """Something of the donor's that stands in a text."""

    kind: str
    text: str
    line: int
    """From 1."""


class MarkFile(Noun):
    """``donor-marks.json``: marks by donor and kind."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    package: str
    """The package's name: the key of the hashes."""
    donors: dict[str, dict[str, tuple[_Mark, ...]]]
    """By the donor's id, then by kind. A package that was handed on keeps the marks of all who had it before."""


@dataclass(frozen=True)
class DonorMarks:
    """The marks of a package, ready to be looked for."""

    file: MarkFile

    @classmethod
    def of(
        cls, facts: Iterable[LocalFact], package: str, donor: str, *, earlier: DonorMarks | None = None
    ) -> DonorMarks:
        """The marks of one donor's facts, beside those of earlier donors of the same package."""
        kinds: dict[str, set[str]] = {}
        for fact in facts:
            kinds.setdefault(fact.kind, set()).add(mark_of(fact.words, package))
        donors = dict(earlier.file.donors) if earlier and earlier.file.package == package else {}
        donors[donor] = {kind: tuple(sorted(marks)) for kind, marks in sorted(kinds.items())}
        return cls(MarkFile(package=package, donors=dict(sorted(donors.items()))))

    @classmethod
    def parse(cls, text: str, name: str) -> DonorMarks:
        """Marks from their file; ``name`` is what errors call it.

        Raises:
            DataError: not a file of marks.
        """
        try:
            return cls(noun_from(MarkFile, json.loads(text), name))
        except (ValueError, RecursionError):
            raise DataError("is not valid JSON.", where=Place(name), remedy="Restore it from the package.") from None

    def as_text(self) -> str:
        """The file's text: the same marks give the same bytes."""
        return json.dumps(self.file.model_dump(mode="json"), sort_keys=True, separators=(",", ":")) + "\n"

    def for_deployment(self, deployment: str, own: Iterable[LocalFact]) -> DonorMarks:
        """The marks that would be wrong in ``deployment``: without its own, if it is a donor, and what it shares."""
        shared = {mark_of(fact.words, self.file.package) for fact in own}
        donors = {
            donor: {kind: tuple(mark for mark in marks if mark not in shared) for kind, marks in kinds.items()}
            for donor, kinds in self.file.donors.items()
            if donor != deployment
        }
        return DonorMarks(self.file.model_copy(update={"donors": donors}))

    def scan(self, text: str) -> Iterator[Leftover]:
        """Every mark that stands in ``text``; of two that overlap, the longer."""
        folded = fold(text)
        words = WORD.findall(folded)
        starts = {word: found for word in set(words) if (found := self._index.get(_short(plain(word))))}
        if not starts:
            return
        shown = _Shown(text if len(text) == len(folded) else folded, folded)
        free = 0
        for at, word in enumerate(words):
            if at >= free and word in starts and (hit := self._match(words, at, starts[word], shown)):
                length, leftover = hit
                free = at + length
                yield leftover

    def _match(
        self, words: list[str], at: int, marks: Mapping[int, Mapping[str, str]], shown: _Shown
    ) -> tuple[int, Leftover] | None:
        for length, kinds in marks.items():
            kind = kinds.get(_digest(tuple(map(plain, words[at : at + length])), self._key))
            if kind is not None:
                found = shown.slice(at, length)
                if not (kind in _AS_WRITTEN and any(mark.isspace() for mark in found)):
                    return length, Leftover(kind, " ".join(found.split()), shown.line(at))
        return None

    @cached_property
    def _key(self) -> bytes:
        return _key_of(self.file.package)

    @cached_property
    def _index(self) -> dict[str, dict[int, dict[str, str]]]:
        """Short hash of the first word → number of words, most first → hash → kind."""
        index: dict[str, dict[int, dict[str, str]]] = {}
        every = ((mark, kind) for kinds in self.file.donors.values() for kind, marks in kinds.items() for mark in marks)
        for mark, kind in every:
            first, count, digest = mark.split(":")
            index.setdefault(first, {}).setdefault(int(count), {})[digest] = kind
        return {first: dict(sorted(counts.items(), reverse=True)) for first, counts in index.items()}


class _Shown:
    """Finds the place of the n-th word again: only what was found is asked for, so nothing is kept while scanning."""

    def __init__(self, text: str, folded: str) -> None:
        self._text, self._folded = text, folded

    def slice(self, at: int, length: int) -> str:
        """The text from word ``at`` on, ``length`` words long."""
        return self._text[self._spans[at][0] : self._spans[at + length - 1][1]]

    def line(self, at: int) -> int:
        """The line that word ``at`` stands on."""
        return bisect_right(self._breaks, self._spans[at][0]) + 1

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        return [match.span() for match in WORD.finditer(self._folded)]

    @cached_property
    def _breaks(self) -> list[int]:
        return [at for at, mark in enumerate(self._folded) if mark == "\n"]


def mark_of(words: tuple[str, ...], package: str) -> str:
    """The mark of a sequence of words, as it stands in the file."""
    words = tuple(islice(words, 99))
    return f"{_short(words[0])}:{len(words)}:{_digest(words, _key_of(package))}"


def _key_of(package: str) -> bytes:
    return blake2b(package.encode(), digest_size=32).digest()


def _digest(words: tuple[str, ...], key: bytes) -> str:
    return blake2b("\n".join(words).encode(), key=key, digest_size=8).hexdigest()


def _short(word: str) -> str:
    return f"{zlib.crc32(word.encode()) & 0xFFFF:04x}"
