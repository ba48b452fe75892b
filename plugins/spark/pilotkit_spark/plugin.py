"""The hook of ``spark``. Spark is imported when a figure is asked for: most commands never do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit import hookimpl

if TYPE_CHECKING:
    from typing import Any

    from pilotkit import Connector
    from pilotkit.figures import Engine


@hookimpl
def register_connectors() -> tuple[Connector, ...]:
    from pilotkit import Connector

    return (Connector("spark", "engine", _engine),)


def _engine(settings: dict[str, Any]) -> Engine:
    from pilotkit_spark.engine import SparkEngine

    return SparkEngine(settings)
