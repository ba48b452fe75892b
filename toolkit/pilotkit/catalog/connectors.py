"""Connectors made from their settings, and held against what they promise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pilotkit.errors import PluginError
from pilotkit.model.surface import Connector
from pilotkit.reading.nouns import noun_from

_P = TypeVar("_P")
SETTINGS_FILE = "pilot.toml"


def connect(connector: Connector, settings: Mapping[str, object], key: str, protocol: type[_P]) -> _P:
    """Return what a connector makes of its settings.

    Args:
        connector: a plugin's.
        settings: as they stand in pilot.toml.
        key: of the table they stand in, such as ``payment.settings``.
        protocol: what the user of its kind wants; runtime-checkable.

    Raises:
        DataError: a setting is wrong, missing or unknown; names file and key.
        PluginError: what is made does not keep the protocol.
    """
    given = dict(settings)
    made = connector.make(noun_from(connector.settings, given, SETTINGS_FILE, key=key) if connector.settings else given)
    for wanted in filter(None, (protocol, connector.protocol)):
        if not isinstance(made, wanted):
            raise PluginError(
                f"the connector '{connector.id}' makes a {type(made).__name__}, which is no {wanted.__name__}.",
                remedy=f"Mend the plugin that offers it: a connector of kind '{connector.kind}' makes that.",
            )
    result: _P = made
    return result
