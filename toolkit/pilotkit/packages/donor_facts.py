"""The local facts of a deployment, which must not occur in another one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pilotkit.catalog.catalog import Catalog
from pilotkit.model.location import AdministrativeUnit
from pilotkit.packages.tokenizer import forms_of_figure, forms_of_phone, words_of

_LEAST_LETTERS = 4
_SCHEME = re.compile(r"^[a-z]+://")


@dataclass(frozen=True)
class LocalFact:
    """One local fact in one spelling."""

    kind: str
    """The kind, in words for people: ``unit name``, ``phone number``."""
    words: tuple[str, ...]
    text: str
    """The spelling in the donor's files."""


def local_facts(catalog: Catalog) -> Iterator[LocalFact]:
    """Yield every local fact of a deployment that is distinctive enough to search for."""
    yield from own_facts(catalog)
    for contact in catalog.contacts.values():
        for form in forms_of_phone(contact.phone or ""):
            yield LocalFact("phone number", form, contact.phone or "")
        yield from _said("e-mail address", contact.email or "")
        yield from _said("web address", _SCHEME.sub("", contact.url or ""))
    for point in catalog.points.values():
        if point.address and len(words_of(point.address)) > 1:
            yield from _said("address", point.address)
    fees = set(_fees(catalog))
    for figure in catalog.figures:
        for form in forms_of_figure(figure.value):
            if form not in fees:
                yield LocalFact("figure", form, str(figure.value))


def own_facts(catalog: Catalog) -> Iterator[LocalFact]:
    """Yield the names and codes of a deployment's own units, points and offices, which two provinces may share."""
    province = catalog.settings.deployment.province
    own = [unit for unit in catalog.units.values() if province in {unit.code, unit.parent}]
    codes = {unit.code for unit in own}
    proper = _Proper(own)
    for unit in own:
        yield from _names(unit)
        yield from _code(unit.code)
    for point in catalog.points.values():
        if point.unit in codes:
            if proper.is_in(point.name):
                yield from _said("point name", point.name)
            if len(words_of(point.id)) > 1:
                yield from _said("point id", point.id)
    for head in catalog.heads.values():
        if head.unit in codes and proper.is_in(head.office):
            yield from _said("office", head.office)


class _Proper:
    """The names of units without their kinds: a point or office name without any of them is generic."""

    def __init__(self, units: Iterable[AdministrativeUnit]) -> None:
        self._names = {name for unit in units if (name := bare_name(unit))}
        self._lengths = sorted({len(name) for name in self._names})

    def is_in(self, text: str) -> bool:
        """Return whether ``text`` contains one of the names."""
        words = words_of(text)
        return any(
            words[at : at + length] in self._names for length in self._lengths for at in range(len(words) - length + 1)
        )


def bare_name(unit: AdministrativeUnit) -> tuple[str, ...]:
    """Return the words of a unit's name without its kind."""
    name, kind = words_of(unit.name), words_of(unit.kind)
    if kind and name[: len(kind)] == kind:
        return name[len(kind) :]
    return name[: -len(kind)] if kind and name[-len(kind) :] == kind else name


def _names(unit: AdministrativeUnit) -> Iterator[LocalFact]:
    """Yield a unit's name with its kind before or behind; the bare name is too often a common word."""
    kind, bare = words_of(unit.kind), bare_name(unit)
    for words in {kind + bare, bare + kind}:
        if kind and bare:
            yield LocalFact("unit name", words, unit.name)


def _code(code: str) -> Iterator[LocalFact]:
    words = words_of(code)
    if len(code) >= _LEAST_LETTERS and any(mark.isdigit() for mark in code):
        yield LocalFact("unit code", words, code)


def _said(kind: str, text: str) -> Iterator[LocalFact]:
    words = words_of(text)
    if len(words) > 1 or any(len(word) >= _LEAST_LETTERS for word in words):
        yield LocalFact(kind, words, text)


def _fees(catalog: Catalog) -> Iterator[tuple[str, ...]]:
    for procedure in catalog.procedures.values():
        for offer in procedure.offers.values():
            for fee in offer.fees if isinstance(offer.fees, tuple) else ():
                yield from forms_of_figure(fee.amount)
