"""``pilot.toml`` and the environment: who a deployment is and how it runs.

The environment stands above the file: ``PILOTKIT_STORAGE__URL`` overrides ``[storage] url``. Secrets belong in the
environment only.
"""

from __future__ import annotations

import os
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from pilotkit.errors import DataError, Place
from pilotkit.model.surface import PluginContext
from pilotkit.model.text import Identifier, LanguageCode, LocalText, Noun
from pilotkit.reading.nouns import data_error
from pilotkit.reading.toml_data import read_toml

FILE = "pilot.toml"
ENVIRONMENT = "the environment"
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HexColour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]


class DeploymentSettings(Noun):
    """``[deployment]``: who we are."""

    id: Identifier
    name: LocalText
    tagline: LocalText | None = None
    scheme: Identifier
    """The scheme of administrative codes."""
    province: str
    """The code of the province."""
    languages: Annotated[tuple[LanguageCode, ...], Field(min_length=1)]
    """The first is the main one."""
    timezone: str = "UTC"
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "XXX"
    """ISO 4217."""

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, timezone: str) -> str:
        try:
            ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of the database, such as "America"
            raise ValueError("is not a time zone of the IANA database") from None
        return timezone


class PluginSettings(Noun):
    """``[plugins]``: which of the installed plugins serve here."""

    enabled: tuple[Identifier, ...] = ()
    options: dict[Identifier, dict[Identifier, str]] = Field(default_factory=dict)
    """By plugin, what it lets a deployment choose, such as between readings of a law; see the plugin."""


class StorageSettings(Noun):
    """``[storage]``: where cases are kept."""

    url: str = "sqlite:///var/pilot.db"
    """``sqlite:///`` with a path relative to the deployment, or ``postgresql://…``."""


class CalendarSettings(Noun):
    """``[calendar]``: when the administration works."""

    source: Identifier | None = None
    """The calendar a plugin offers; absent: ``local/calendar.csv`` alone."""
    working_days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = ("mon", "tue", "wed", "thu", "fri")
    opens: time = time(8, 0)
    closes: time = time(17, 0)
    break_starts: time = time(12, 0)
    break_ends: time = time(13, 0)
    cutoff: time | None = None
    """What arrives later counts from the next working day; absent: closing time."""

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if not self.opens <= self.break_starts <= self.break_ends <= self.closes or self.opens == self.closes:
            raise ValueError("opens, break_starts, break_ends and closes must follow one another")
        return self


class IdentifierSettings(Noun):
    """``[identifiers]``: which of the registered patterns hold here."""

    procedure: Identifier | None = None
    case: Identifier | None = None
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.]{1,30}$")] = "P"
    """What new case codes start with."""


class PaymentSettings(Noun):
    """``[payment]``: how people pay fees online."""

    connector: Identifier | None = None
    """The connector of kind ``payment`` that a plugin offers; absent: nobody is asked to pay here."""
    settings: dict[str, str] = Field(default_factory=dict)
    """What the connector wants to know, such as the account; see the plugin that offers it."""


class MeasuresSettings(Noun):
    """``[measures]``: what computes figures."""

    engine: Identifier = "duckdb"
    """``duckdb`` runs inside the process; others are connectors of kind ``engine`` that plugins offer."""
    settings: dict[str, str] = Field(default_factory=dict)
    """What the engine wants to know, such as an address; see the plugin that offers it."""


class ThemeSettings(Noun):
    """``[theme]``: what a province may change of the look."""

    accent: HexColour = "#0b5d57"


class PackageSettings(Noun):
    """``[package]``: where the parts of the package stand that are not under ``model/``."""

    template: str = "model/template"
    """The cookiecutter template that other provinces scaffold from, relative to the deployment."""


class AccessSettings(Noun):
    """``[access]``: how officers sign in. Who may is in ``local/accounts.csv``."""

    second_factor: bool = True
    """Whether an account needs a one-time code beside its password."""
    idle_minutes: Annotated[int, Field(ge=1, le=720)] = 30
    """After how long without a request one has to sign in again."""
    session_hours: Annotated[int, Field(ge=1, le=24)] = 12
    """After how long in any case."""


class IdentitySettings(Noun):
    """``[identity]``: the OpenID Connect provider of citizens; the client's secret is in the environment."""

    issuer: Annotated[str, StringConstraints(pattern=r"^https?://")]
    client_id: str
    name: LocalText
    """What people call it."""
    acr_values: tuple[str, ...] = ()
    """The levels of assurance that are enough, the preferred one first; none: whatever the provider does."""
    scopes: tuple[str, ...] = ("openid", "profile", "email", "phone", "address")
    identity_number: str | None = None
    """The claim with the national identity number."""
    redirect_uri: Annotated[str, StringConstraints(pattern=r"^https?://.*/sign-in/return$")] | None = None
    """Where the provider sends people back to; absent: /sign-in/return at the address that they came to."""


class PilotSettings(BaseSettings):
    """All of ``pilot.toml``; every option is shown there at its default."""

    model_config = SettingsConfigDict(
        env_prefix="PILOTKIT_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )

    deployment: DeploymentSettings
    plugins: PluginSettings = PluginSettings()
    storage: StorageSettings = StorageSettings()
    calendar: CalendarSettings = CalendarSettings()
    identifiers: IdentifierSettings = IdentifierSettings()
    payment: PaymentSettings = PaymentSettings()
    measures: MeasuresSettings = MeasuresSettings()
    theme: ThemeSettings = ThemeSettings()
    package: PackageSettings = PackageSettings()
    access: AccessSettings = AccessSettings()
    identity: IdentitySettings | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # pydantic-settings' signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # the same
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the environment first, then the file, which :func:`read_settings` hands in."""
        return env_settings, init_settings

    def context(self, folder: Path) -> PluginContext:
        """Return what plugins are told of the deployment before its catalog exists."""
        who = self.deployment
        return PluginContext(
            folder=folder,
            scheme=who.scheme,
            province=who.province,
            languages=who.languages,
            options=self.plugins.options,
        )


def read_settings(folder: Path) -> PilotSettings:
    """Return the settings of the deployment in ``folder``.

    Raises:
        DataError: no ``pilot.toml`` there, or something wrong in it or in a ``PILOTKIT_`` variable.
    """
    if not (folder / FILE).is_file():
        raise DataError(
            f"{folder} is not a deployment: it has no {FILE}.",
            remedy="Name a folder that 'pilotkit new' made, or one like examples/ in the source tree.",
        )
    return settings_from(read_toml(folder / FILE, FILE))


def settings_from(data: dict[str, Any]) -> PilotSettings:
    """Return settings from parsed TOML, with the environment on top.

    Raises:
        DataError: something wrong in the data or in a ``PILOTKIT_`` variable.
    """
    for key in sorted(data.keys() - PilotSettings.model_fields.keys()):
        # before pydantic-settings sees it: a key such as _env_file would be an order to it, not data
        raise DataError(
            "is not a table that pilotkit knows.", where=Place(FILE, key), remedy="Remove it, or correct it."
        )
    try:
        return PilotSettings(**data)
    except ValidationError as problem:
        origin = _origin(problem)
        raise data_error(problem, origin, secret=origin == ENVIRONMENT) from None
    except SettingsError as problem:
        raise DataError(
            f"a PILOTKIT_ variable cannot be understood: {problem}.",
            where=Place(ENVIRONMENT),
            remedy="Write lists and tables as JSON.",
        ) from None


def _origin(problem: ValidationError) -> str:
    """Return what errors call the place that the first wrong value came from."""
    path = [str(part).upper() for part in problem.errors()[0]["loc"]]
    names = {"PILOTKIT_" + "__".join(path[:length]) for length in range(1, len(path) + 1)}
    return ENVIRONMENT if names & {name.upper() for name in os.environ} else FILE
