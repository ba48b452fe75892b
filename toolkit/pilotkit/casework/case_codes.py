"""Case codes, in the pattern that a deployment chose."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import DataError

DEFAULT_CODE = "{prefix}-{yymmdd}-{number:04d}"
_NUMBER_FIELD = re.compile(r"\{number(?::(?P<width>0\d+)d)?\}")


class CaseCodes:
    """Makes case codes in the pattern that ``[identifiers] case`` names.

    Raises:
        DataError: the pattern is not registered, or cannot make codes.
    """

    def __init__(self, deployment: Deployment) -> None:
        catalog = deployment.catalog
        chosen = catalog.settings.identifiers.case
        self._zone = catalog.working_time.zone
        self.prefix = catalog.settings.identifiers.prefix
        self.template = DEFAULT_CODE
        if chosen is not None:
            pattern = catalog.patterns.get(chosen)
            if pattern is None or pattern.template is None:
                raise DataError(
                    f"[identifiers] case names '{chosen}', which no plugin offers as a pattern that makes codes.",
                    remedy=f"Choose one of: {', '.join(catalog.patterns) or 'none registered'}.",
                )
            self.template = pattern.template

    def make(self, now: datetime, next_number: Callable[[str, str], int]) -> str:
        """Return the next code of the local day of ``now``."""
        day = now.astimezone(self._zone)
        return self.on(day, next_number(self.prefix, f"{day:%y%m%d}"))

    def on(self, day: datetime, number: int) -> str:
        """Return the code with this number on this local day."""
        return self.template.format(prefix=self.prefix, yymmdd=f"{day:%y%m%d}", yyyymmdd=f"{day:%Y%m%d}", number=number)

    def percent_format(self, day: datetime) -> str:
        """Return the codes of one local day as a ``%`` format of the number, for many codes at once."""
        field = _NUMBER_FIELD.search(self.template)
        if field is None:
            raise DataError(f"the pattern '{self.template}' has no {{number}}, so every case would get one code.")
        parts = (self.template[: field.start()], self.template[field.end() :])
        fixed = [
            part.format(prefix=self.prefix, yymmdd=f"{day:%y%m%d}", yyyymmdd=f"{day:%Y%m%d}").replace("%", "%%")
            for part in parts
        ]
        return f"%{field['width'] or ''}d".join(fixed)
