"""Release notes in words: one sentence a difference, in the language that is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from gettext import NullTranslations
from typing import TYPE_CHECKING, Literal

from pilotkit import Channel, DeadlineUnit, Fee
from pilotkit.pages import Formats, words_of

if TYPE_CHECKING:
    from pilotkit import Deadline
    from pilotkit.trust import DeadlineNote, FeesNote, KpiNote, ProcedureNote, ReleaseNotes

PACKAGE = "pilotkit_hub"
Fees = Literal["free"] | tuple[Fee, ...] | None


class Wording:
    """Says release notes in one language.

    Args:
        language: a BCP 47 tag.
        currency: of the fees, ISO 4217.
    """

    def __init__(self, language: str, currency: str = "XXX") -> None:
        self._language = language
        self._words: NullTranslations = words_of(PACKAGE, language)
        self._formats = Formats(language, currency)

    def sections(self, notes: ReleaseNotes) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Headings, each with its sentences; nothing is said of what stayed the same."""
        _ = self._words.gettext
        by_kind: Mapping[str, str] = {
            "added": _("New procedures"),
            "removed": _("Procedures that are gone"),
            "renamed": _("Procedures with another code"),
            "changed": _("Procedures that changed"),
        }
        for kind, heading in by_kind.items():
            if said := [line for note in notes.procedures if note.kind == kind for line in self._procedure(note)]:
                yield heading, tuple(said)
        if said := [line for note in notes.kpis for line in self._kpi(note)]:
            yield _("KPI"), tuple(said)
        if notes.renames:
            yield _("What has moved"), tuple(f"{each.old} → {each.new}" for each in notes.renames)
        if notes.files:
            yield _("Other files that differ"), notes.files

    def _procedure(self, note: ProcedureNote) -> Iterator[str]:
        _ = self._words.gettext
        what = f"{note.name.in_language(self._language)} ({note.code})"
        if note.kind in {"added", "removed"}:
            yield what
            return
        if note.formerly:
            yield _("%(what)s, formerly %(code)s") % {"what": what, "code": note.formerly}
        yield from (f"{what}: {self._deadline(each)}" for each in note.deadlines)
        yield from (f"{what}: {self._fees(each)}" for each in note.fees)
        if note.others:
            names = ", ".join(map(self._part, note.others))
            yield _("%(what)s: also changed: %(names)s") % {"what": what, "names": names}

    def _deadline(self, note: DeadlineNote) -> str:
        _ = self._words.gettext
        return _("deadline %(channel)s: %(was)s → %(now)s") % {
            "channel": self._channel(note.channel), "was": self._span(note.was), "now": self._span(note.now),
        }  # fmt: skip

    def _fees(self, note: FeesNote) -> str:
        _ = self._words.gettext
        return _("fees %(channel)s: %(was)s → %(now)s") % {
            "channel": self._channel(note.channel), "was": self._amounts(note.was), "now": self._amounts(note.now),
        }  # fmt: skip

    def _kpi(self, note: KpiNote) -> Iterator[str]:
        _ = self._words.gettext
        given = {"what": f"{note.name.in_language(self._language)} ({note.id})", "old": note.formerly}
        if note.kind == "added":
            yield _("New: %(what)s") % given
        elif note.kind == "removed":
            yield _("Gone: %(what)s") % given
        if note.formerly:
            yield _("%(what)s, formerly %(old)s") % given
        if note.is_counted_differently:
            yield _("%(what)s is counted differently: values before and after cannot be compared") % given
        elif note.kind == "changed":
            yield _("%(what)s has other words; it is counted as before") % given

    def _channel(self, channel: Channel) -> str:
        _ = self._words.gettext
        return {Channel.IN_PERSON: _("in person"), Channel.ONLINE: _("online"), Channel.POST: _("by post")}[channel]

    def _span(self, deadline: Deadline | None) -> str:
        if deadline is None:
            return self._words.gettext("none published")
        ngettext = self._words.ngettext
        count = deadline.amount
        return {
            DeadlineUnit.WORKING_DAYS: ngettext("%(num)s working day", "%(num)s working days", count),
            DeadlineUnit.CALENDAR_DAYS: ngettext("%(num)s calendar day", "%(num)s calendar days", count),
            DeadlineUnit.WORKING_HOURS: ngettext("%(num)s working hour", "%(num)s working hours", count),
        }[deadline.unit] % {"num": self._formats.number(count)}

    def _amounts(self, fees: Fees) -> str:
        if fees is None:
            return self._words.gettext("none published")
        if fees == "free":
            return self._words.gettext("free")
        return ", ".join(self._formats.money(fee.amount) for fee in fees)

    def _part(self, name: str) -> str:
        _ = self._words.gettext
        return {
            "documents": _("documents"), "steps": _("steps"), "results": _("results"), "name": _("name"),
            "summary": _("summary"), "version": _("version"), "eligibility": _("who may apply"),
            "legal_basis": _("legal basis"), "levels": _("who decides"), "form": _("form"), "valid_to": _("last day"),
            "valid_from": _("first day"), "decision": _("decision"), "note": _("note"),
        }.get(name, name)  # fmt: skip
