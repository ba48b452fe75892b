"""Ranking of documents by what people say: with or without diacritics, in any order, not knowing the name."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from pilotkit.model.search import SearchDocument
from pilotkit.model.text import LocalText, search_form

_TITLE, _RELATED, _SUMMARY = 4.0, 2.0, 1.0
_PREFIX = 0.6
"""How much a word's beginning counts against the whole word."""
_PHRASE = 1.5
_EXACT = 1.2
"""The same words with the same diacritics: without them, Vietnamese words fall together."""
_FOCUS = 1.3
_WORDS = 12
"""Words of a question that are looked at."""
_WHOLE = 1.25
"""How much more a document counts that has every word of the question."""
_LEAST = 0.35
"""Share of the best reach below which a match is noise."""
_NOISE = 0.15
"""Reach below which even the best match is noise."""


@dataclass(frozen=True)
class SearchHit:
    """A document that answers a question."""

    document: SearchDocument
    is_whole: bool
    """Whether every word of the question was found."""
    reach: float
    """How much of the question it answers, 0 to 1; rare words count more."""
    score: float
    """What it is ranked by."""


def rank(documents: Iterable[SearchDocument], question: str) -> tuple[SearchHit, ...]:
    """Return the documents that match, best first, without the noise; all of them for an empty question."""
    among = list(documents)
    words = list(dict.fromkeys(search_form(question).split()))[:_WORDS]
    if by_id := [each for each in among if question and each.id.casefold() == question.casefold()]:
        return tuple(SearchHit(each, is_whole=True, reach=1, score=math.inf) for each in by_id)
    if not words:
        return tuple(SearchHit(each, is_whole=True, reach=1, score=0) for each in sorted(among, key=_plainest_first))
    ranked = sorted(_scored(question, words, among), key=lambda each: (-each.score, _first_title(each.document)))
    best = max((each.reach for each in ranked), default=0)
    return tuple(each for each in ranked if each.reach >= max(best * _LEAST, _NOISE))


def _scored(question: str, words: Sequence[str], documents: Sequence[SearchDocument]) -> list[SearchHit]:
    fields = [_fields(each) for each in documents]
    known = frozenset().union(*(tokens for each in fields for _, tokens in each))
    tokens = [*words, *(pair for pair in map(" ".join, pairwise(words)) if pair in known)]
    strengths = [[_strength(token, each, is_begun=token not in known) for token in tokens] for each in fields]
    rarity = [math.log(1 + len(documents) / (1 + sum(map(bool, column)))) for column in zip(*strengths, strict=True)]
    found = []
    for document, row in zip(documents, strengths, strict=True):
        reach = sum(map(operator.mul, row, rarity)) / (_TITLE * sum(rarity))
        if reach:
            is_whole = all(row[: len(words)])
            score = reach * (_WHOLE if is_whole else 1) * _boost(document, question)
            found.append(SearchHit(document, is_whole, reach, score))
    return found


def _boost(document: SearchDocument, question: str) -> float:
    names = [*document.title.root.values(), *document.terms]
    boost = _FOCUS if document.is_preferred else 1.0
    if any(_folded(question) in _folded(name) for name in names):
        boost *= _PHRASE
    if any(question.casefold() in name.casefold() for name in names):
        boost *= _EXACT
    return boost * (1 + 1 / (2 + len(_folded(_first_title(document)).split())))


def _fields(document: SearchDocument) -> list[tuple[float, frozenset[str]]]:
    return [
        (_TITLE, _all_tokens([document.title]).union(*map(_tokens, document.terms), _tokens(document.id))),
        (_RELATED, _all_tokens(document.related)),
        (_SUMMARY, _all_tokens([document.summary] if document.summary else [])),
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


def _plainest_first(document: SearchDocument) -> tuple[bool, int, str]:
    """Return the preferred first; then the short titles, because special cases have the long ones."""
    title = _folded(_first_title(document))
    return not document.is_preferred, len(title.split()), title


def _first_title(document: SearchDocument) -> str:
    return next(iter(document.title.root.values()))


@lru_cache(maxsize=50_000)
def _folded(text: str) -> str:
    return search_form(text)


@lru_cache(maxsize=50_000)
def _tokens(text: str) -> frozenset[str]:
    """Return the words, and each two side by side: in Vietnamese it takes two syllables to mean something."""
    words = _folded(text).split()
    return frozenset(words) | frozenset(map(" ".join, pairwise(words)))
