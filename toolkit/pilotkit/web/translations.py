"""Translated messages, read from each package's ``locales/<language>/messages.po`` at start-up: no build step."""

from __future__ import annotations

import io
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from importlib.resources.abc import Traversable

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from pilotkit.errors import PluginError

SHELL = "pilotkit.web"
"""The import package whose words every other package may fall back on."""


@lru_cache(maxsize=256)
def words_of(package: str, language: str) -> NullTranslations:
    """Return the messages of ``package`` in ``language``; the shell's own, then English, where it has none.

    Raises:
        PluginError: the catalogue is there and cannot be read.
    """
    fallback = NullTranslations() if package == SHELL else words_of(SHELL, language)
    words = _read(package, language) or NullTranslations()
    words.add_fallback(fallback)
    return words


def _read(package: str, language: str) -> NullTranslations | None:
    catalogue = files(package).joinpath("locales", language, "messages.po")
    return _compiled(catalogue, language, package) if catalogue.is_file() else None


def _compiled(catalogue: Traversable, language: str, package: str) -> NullTranslations:
    compiled = io.BytesIO()
    try:
        with catalogue.open("rb") as file:
            write_mo(compiled, read_po(file, locale=language.replace("-", "_"), abort_invalid=True))
    except (PoFileError, UnicodeDecodeError, ValueError) as problem:
        raise PluginError(
            f"the words of '{package}' in '{language}' cannot be read: {problem}.",
            remedy=f"Mend locales/{language}/messages.po.",
        ) from None
    compiled.seek(0)
    return GNUTranslations(compiled)
