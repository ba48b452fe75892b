"""Words of another system into codes of ours, each looked up once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from pilotkit.catalog.catalog import Catalog
from pilotkit.importing.mapping import Mapping as ColumnMapping
from pilotkit.model.case import CaseStatus
from pilotkit.model.procedure import Channel
from pilotkit.model.text import search_form

_T = TypeVar("_T")
_YES, _NO = frozenset({"true", "t", "yes", "y", "1"}), frozenset({"false", "f", "no", "n", "0"})


class CodeMapper:
    """What the words of one log mean.

    Args:
        catalog: the codes and names that are ours.
        mapping: what it says about others.
    """

    def __init__(self, catalog: Catalog, mapping: ColumnMapping) -> None:
        said = mapping.values
        names = [(each.code, each.name.root.values()) for each in catalog.procedures.values()]
        self._procedure = _known(catalog.procedures, names) | said.procedure
        self._unit = _known(catalog.units, [(each.code, [each.name]) for each in catalog.units.values()]) | said.unit
        self._point = _known(catalog.points, [(each.id, [each.name]) for each in catalog.points.values()]) | said.point
        self._channel = {each.value: each for each in Channel} | said.channel
        self._status = {each.value: each for each in CaseStatus} | said.status
        self._ours = {"procedure": catalog.procedures, "unit": catalog.units, "point": catalog.points}

    def procedure(self, word: str) -> str:
        """Return the procedure's code; each of these raises ValueError for a word that nobody has mapped."""
        return self._ours_for("procedure", word, self._procedure)

    def unit(self, word: str) -> str:
        """Return the unit's code."""
        return self._ours_for("unit", word, self._unit)

    def point(self, word: str) -> str:
        """Return the service point's id."""
        return self._ours_for("point", word, self._point)

    def channel(self, word: str) -> Channel:
        """Return the channel."""
        return _meaning("channel", word, self._channel)

    def status(self, word: str) -> CaseStatus:
        """Return the status."""
        return _meaning("status", word, self._status)

    def _ours_for(self, what: str, word: str, known: Mapping[str, str]) -> str:
        code = _meaning(what, word, known)
        if code not in self._ours[what]:
            raise ValueError(f"{what} '{word:.60}' is mapped to '{code:.60}', which this deployment does not have")
        return code


def _known(codes: Iterable[str], names: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """Codes and names to codes; a name that two share means neither."""
    found: dict[str, str | None] = {}
    for code, words in names:
        for form in {search_form(word) for word in words}:
            found[form] = None if found.get(form, code) != code else code
    return {form: code for form, code in found.items() if code} | {code: code for code in codes}


def _meaning(what: str, word: str, known: Mapping[str, _T]) -> _T:
    meant = known.get(word)
    if meant is None and (meant := known.get(search_form(word))) is None:
        raise ValueError(f"{what} '{word:.60}' is not known here; say what it is in [values.{what}]")
    return meant


def typed(word: str, kind: str) -> str | int | float | bool:
    """Return a cell as text, number or boolean.

    Raises:
        ValueError: it is not one.
    """
    if kind == "text":
        return word
    if kind == "boolean":
        folded = word.strip().lower()
        if folded not in _YES | _NO:
            raise ValueError(f"'{word:.40}' is neither true nor false")
        return folded in _YES
    return _number(word)


def _number(word: str) -> int | float:
    plain = word.strip()
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        value = float(plain)
    except ValueError:
        value = float("nan")
    if value - value != 0 or "_" in plain:  # neither NaN nor an infinity
        raise ValueError(f"'{word:.40}' is not a number")
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
