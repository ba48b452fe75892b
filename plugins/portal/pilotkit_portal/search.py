"""Finding a procedure from what people say: with or without diacritics, in any order, not knowing its name."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from pilotkit import Catalog, LocalText, Procedure
from pilotkit.data import search_form

_NAME, _EVENT, _DOMAIN, _SUMMARY = 4.0, 2.0, 2.0, 1.0
_PREFIX = 0.6
"""How much a word's beginning counts against the whole word."""
_PHRASE = 1.5
_EXACT = 1.2
"""The same words with the same diacritics: without them, Vietnamese words fall together."""
_FOCUS = 1.3
_WORDS = 12
"""Words of a question that are looked at."""
_WHOLE = 1.25
"""How much more a procedure counts that has every word of the question."""
_LEAST = 0.35
"""Share of the best reach below which a match is noise."""
_NOISE = 0.15
"""Reach below which even the best match is noise."""


@dataclass(frozen=True)
class Found:
    """A procedure that answers a question, best first."""

    procedure: Procedure
    is_whole: bool
    """Whether every word of the question was found."""
    reach: float
    """How much of the question it answers, 0 to 1; rare words count more."""
    score: float
    """What it is ranked by."""


def find(catalog: Catalog, question: str, among: Iterable[Procedure]) -> tuple[Found, ...]:
    """Return the procedures that match, best first, without the noise; all of them for an empty question."""
    procedures = list(among)
    words = list(dict.fromkeys(search_form(question).split()))[:_WORDS]
    if by_code := [each for each in procedures if question and each.code.casefold() == question.casefold()]:
        return tuple(Found(each, is_whole=True, reach=1, score=math.inf) for each in by_code)
    if not words:
        return tuple(Found(each, is_whole=True, reach=1, score=0) for each in sorted(procedures, key=_plainest_first))
    ranked = sorted(_scored(catalog, question, words, procedures), key=lambda each: (-each.score, _name(each)))
    best = max((each.reach for each in ranked), default=0)
    return tuple(each for each in ranked if each.reach >= max(best * _LEAST, _NOISE))


def _scored(catalog: Catalog, question: str, words: Sequence[str], procedures: Sequence[Procedure]) -> list[Found]:
    fields = [_fields(catalog, each) for each in procedures]
    known = frozenset().union(*(tokens for each in fields for _, tokens in each))
    tokens = [*words, *(pair for pair in map(" ".join, pairwise(words)) if pair in known)]
    strengths = [[_strength(token, each, is_begun=token not in known) for token in tokens] for each in fields]
    rarity = [math.log(1 + len(procedures) / (1 + sum(map(bool, column)))) for column in zip(*strengths, strict=True)]
    found = []
    for procedure, row in zip(procedures, strengths, strict=True):
        reach = sum(map(operator.mul, row, rarity)) / (_NAME * sum(rarity))
        if reach:
            is_whole = all(row[: len(words)])
            score = reach * (_WHOLE if is_whole else 1) * _boost(procedure, question)
            found.append(Found(procedure, is_whole, reach, score))
    return found


def _boost(procedure: Procedure, question: str) -> float:
    names = [*procedure.name.root.values(), *procedure.terms]
    boost = _FOCUS if procedure.focus else 1.0
    if any(_folded(question) in _folded(name) for name in names):
        boost *= _PHRASE
    if any(question.casefold() in name.casefold() for name in names):
        boost *= _EXACT
    return boost * (1 + 1 / (2 + len(_folded(_first_name(procedure)).split())))


def _fields(catalog: Catalog, procedure: Procedure) -> list[tuple[float, frozenset[str]]]:
    events = [catalog.life_events[each] for each in procedure.life_events if each in catalog.life_events]
    domain = catalog.domains.get(procedure.domain)
    return [
        (_NAME, _all_tokens([procedure.name]).union(*map(_tokens, procedure.terms), _tokens(procedure.code))),
        (_EVENT, _all_tokens(text for event in events for text in (event.name, event.summary))),
        (_DOMAIN, _all_tokens([domain.name] if domain else [])),
        (_SUMMARY, _all_tokens([procedure.summary] if procedure.summary else [])),
    ]


def _strength(token: str, fields: Sequence[tuple[float, frozenset[str]]], *, is_begun: bool) -> float:
    """Return the weight of the best field that has the token; ``is_begun``: beginnings of words count too."""
    best = 0.0
    for weight, known in fields:
        if weight > best and token in known:
            best = weight
        elif is_begun and weight * _PREFIX > best and len(token) > 1 and any(each.startswith(token) for each in known):
            best = weight * _PREFIX
    return best


def _all_tokens(texts: Iterable[LocalText]) -> frozenset[str]:
    return frozenset().union(*(_tokens(words) for text in texts for words in text.root.values()))


def _plainest_first(procedure: Procedure) -> tuple[bool, int, str]:
    """Return the redesigned first; then the short names, because special cases have the long ones."""
    name = _folded(_first_name(procedure))
    return not procedure.focus, len(name.split()), name


def _name(found: Found) -> str:
    return _first_name(found.procedure)


def _first_name(procedure: Procedure) -> str:
    return next(iter(procedure.name.root.values()))


@lru_cache(maxsize=50_000)
def _folded(text: str) -> str:
    return search_form(text)


@lru_cache(maxsize=50_000)
def _tokens(text: str) -> frozenset[str]:
    """Return the words, and each two side by side: in Vietnamese it takes two syllables to mean something."""
    words = _folded(text).split()
    return frozenset(words) | frozenset(map(" ".join, pairwise(words)))
