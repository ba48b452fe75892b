"""Receive and finish: each checks what it is asked, stores state and event in one transaction, then tells plugins."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from pilotkit.catalog.deployment import Deployment
from pilotkit.errors import CaseError, DataError
from pilotkit.model.case import Application, Case, CaseEvent, CaseStatus, EventKind
from pilotkit.model.procedure import Channel, Offer, Procedure
from pilotkit.storage.store import Store

DEFAULT_CODE = "{prefix}-{yymmdd}-{number:04d}"
_NUMBER_FIELD = re.compile(r"\{number(?::(?P<width>0\d+)d)?\}")


def _system_clock() -> datetime:
    return datetime.now(UTC)


class Casework:
    """The verbs of one deployment.

    Args:
        deployment: whose procedures and rules hold.
        store: where cases are kept.
        clock: answers with the aware present.
    """

    def __init__(self, deployment: Deployment, store: Store, clock: Callable[[], datetime] = _system_clock) -> None:
        self._deployment = deployment
        self._catalog = deployment.catalog
        self._store = store
        self._clock = clock

    def receive(self, application: Application) -> Case:
        """Take an application in. When this returns, the case is on disk.

        Raises:
            UnknownError: the procedure, unit or point is not in the catalog.
            CaseError: the procedure is not offered through the channel, or not valid today.
        """
        now = self._clock()
        procedure = self._catalog.procedure(application.procedure)
        offer = self._offer(procedure, application.channel, now)
        self._catalog.unit(application.unit)
        for point in (application.received_at_point, application.helped_at_point):
            if point is not None:
                self._catalog.point(point)
        case = Case(
            code=self._new_code(now),
            procedure=procedure.code,
            procedure_version=procedure.version,
            channel=application.channel,
            status=CaseStatus.ACCEPTED,
            unit=application.unit,
            received_at_point=application.received_at_point,
            helped_at_point=application.helped_at_point,
            whole_process=application.channel is Channel.ONLINE and bool(offer.whole_process),
            received_at=now,
            due_at=self._catalog.working_time.due(now, offer.deadline) if offer.deadline else None,
        )
        self._store.add(case, _event(case, 1, EventKind.RECEIVED, now, application.actor))
        self._deployment.plugins.tell("case_received", case=case)
        return case

    def finish(self, code: str, actor: str) -> Case:
        """Close a case with its result.

        Raises:
            UnknownError: no such case.
            CaseError: it is finished already.
        """
        now = self._clock()
        case = self._store.case(code)
        if case.finished_at is not None:
            raise CaseError(f"case '{code}' was finished at {case.finished_at:%Y-%m-%d %H:%M} UTC.")
        done = case.model_copy(update={"status": CaseStatus.FINISHED, "finished_at": now})
        number = self._store.events(code)[-1].number + 1
        self._store.change(done, _event(done, number, EventKind.FINISHED, now, actor))
        self._deployment.plugins.tell("case_finished", case=done)
        return done

    def _offer(self, procedure: Procedure, channel: Channel, now: datetime) -> Offer:
        offer = procedure.offer(channel)
        if offer is None:
            raise CaseError(
                f"procedure {procedure.code} is not offered {channel.value}.",
                remedy=f"Use one of: {', '.join(procedure.offers)}.",
            )
        if not procedure.is_valid_on(now.astimezone(self._catalog.working_time.zone).date()):
            raise CaseError(
                f"procedure {procedure.code} is not valid on this day.",
                remedy="Look for the procedure that replaced it.",
            )
        return offer

    def _new_code(self, now: datetime) -> str:
        return CaseCodes(self._deployment).make(now, self._store.next_number)


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
        """The next code of the local day of ``now``."""
        day = now.astimezone(self._zone)
        return self.on(day, next_number(self.prefix, f"{day:%y%m%d}"))

    def on(self, day: datetime, number: int) -> str:
        """The code with this number on this local day."""
        return self.template.format(prefix=self.prefix, yymmdd=f"{day:%y%m%d}", yyyymmdd=f"{day:%Y%m%d}", number=number)

    def percent_format(self, day: datetime) -> str:
        """The codes of one local day as a ``%`` format of the number, for many codes at once."""
        field = _NUMBER_FIELD.search(self.template)
        if field is None:
            raise DataError(f"the pattern '{self.template}' has no {{number}}, so every case would get one code.")
        parts = (self.template[: field.start()], self.template[field.end() :])
        fixed = [
            part.format(prefix=self.prefix, yymmdd=f"{day:%y%m%d}", yyyymmdd=f"{day:%Y%m%d}").replace("%", "%%")
            for part in parts
        ]
        return f"%{field['width'] or ''}d".join(fixed)


def _event(case: Case, number: int, kind: EventKind, at: datetime, actor: str) -> CaseEvent:
    return CaseEvent(case=case.code, number=number, kind=kind, at=at, actor=actor, status=case.status)
