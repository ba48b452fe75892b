"""Text in more than one language, and its normal form for search."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,79}$")]
"""An id inside pilotkit: lower-case ASCII, digits, ``_ . -``."""
_IDENTIFIERS: TypeAdapter[str] = TypeAdapter(Identifier)

LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
"""A BCP 47 language tag such as ``ca`` or ``en``."""

_SPACES = re.compile(r"\s+")
_NOT_WORDS = re.compile(r"[^\w]+")
_STROKED = str.maketrans({"\u0111": "d", "\u0142": "l", "\u00f8": "o", "\u0127": "h"})


def is_identifier(word: str) -> bool:
    """Return whether a word is an :data:`Identifier`."""
    try:
        _IDENTIFIERS.validate_python(word)
    except ValidationError:
        return False
    return True


def is_writable(value: object) -> bool:
    """Return whether plain data can be encoded as UTF-8, which a lone surrogate from JSON cannot."""
    if isinstance(value, str):
        return not any("\ud800" <= mark <= "\udfff" for mark in value)
    if isinstance(value, Mapping):
        return all(is_writable(key) and is_writable(each) for key, each in value.items())
    return not isinstance(value, list | tuple) or all(map(is_writable, value))


class Noun(BaseModel):
    """The base class of the model: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _not_empty(words: dict[str, str]) -> dict[str, str]:
    if not words:
        raise ValueError("needs the words in at least one language")
    return words


class LocalText(
    RootModel[Annotated[dict[LanguageCode, Annotated[str, Field(min_length=1)]], AfterValidator(_not_empty)]]
):
    """A text in one or more languages: ``{ca: Naixement, en: Birth}``."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    def in_language(self, language: str) -> str:
        """Return the text in ``language``, or in its first language."""
        return self.root.get(language) or next(iter(self.root.values()))

    def language_of(self, language: str) -> str:
        """Return the language that :meth:`in_language` uses, for the ``lang`` attribute of a page."""
        return language if self.root.get(language) else next(iter(self.root))

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the text."""
        return tuple(self.root)


def search_form(text: str) -> str:
    """Return the normal form of ``text`` for search: no diacritics, lower case, single spaces.

    Letters with a stroke have no decomposition in Unicode (UAX 15), so they are folded by a table. A decomposition may
    yield cased letters, so case is folded in between, as UAX 15 does for caseless matching.
    """
    folded = unicodedata.normalize("NFKD", text).casefold().translate(_STROKED)
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(mark))
    return _SPACES.sub(" ", _NOT_WORDS.sub(" ", bare)).strip()
