"""The initial settings of a new deployment: the donor's settings that are its country's, not its own."""

from __future__ import annotations

import json
from datetime import time
from typing import Annotated

from pydantic import Field, StringConstraints

from pilotkit.model.plain_data import PlainData
from pilotkit.model.text import Identifier, LanguageCode, Noun
from pilotkit.settings import CalendarSettings, PilotSettings

FILE = "defaults.toml"


class NationalSettings(Noun):
    """``[deployment]`` without identity."""

    scheme: Identifier
    timezone: str
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    languages: Annotated[tuple[LanguageCode, ...], Field(min_length=1)]


class NationalIdentifiers(Noun):
    """``[identifiers]`` without the prefix, which is each deployment's own."""

    procedure: Identifier | None = None
    case: Identifier | None = None


class SettingDefaults(Noun):
    """``defaults.toml`` of a package: written by pack from the donor's ``pilot.toml``, read when a province is made."""

    deployment: NationalSettings
    calendar: CalendarSettings = CalendarSettings()
    identifiers: NationalIdentifiers = NationalIdentifiers()


def defaults_of(settings: PilotSettings) -> SettingDefaults:
    """Return the part of ``settings`` that applies to every deployment of the same country."""
    who = settings.deployment
    return SettingDefaults(
        deployment=NationalSettings(
            scheme=who.scheme, timezone=who.timezone, currency=who.currency, languages=who.languages
        ),
        calendar=settings.calendar,
        identifiers=NationalIdentifiers(procedure=settings.identifiers.procedure, case=settings.identifiers.case),
    )


def as_toml(defaults: SettingDefaults) -> str:
    """Return the text of ``defaults.toml``; unset values are omitted."""
    lines = ["# Written by 'pilotkit pack': what every deployment of this country starts from."]
    for table, values in defaults.model_dump(exclude_none=True).items():
        lines += ["", f"[{table}]", *(f"{key} = {_value(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def _value(value: PlainData) -> str:
    """Return a value in TOML, whose strings and lists are written as in JSON."""
    return value.isoformat() if isinstance(value, time) else json.dumps(value, ensure_ascii=False)
