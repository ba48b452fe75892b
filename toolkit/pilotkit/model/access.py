"""Access control: accounts as the deployment lists them, and the authority of a logged-in person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from pilotkit.model.text import Identifier, Noun

Login = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{2,39}$")]


class Account(Noun):
    """One officer's account: ``local/accounts.csv``. Its password and second factor are in the database, never here."""

    login: Login
    """The name of a desk, such as ``counter-3.00004``; never of a person."""
    roles: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    unit: str
    """The jurisdiction: this unit's cases, and where it is the province every commune's."""
    point: Identifier | None = None
    """The service point of the desk."""


class Authority(Noun):
    """The permissions of one logged-in person, and the units whose cases they cover. The default is none."""

    subject: str
    """An account's login, the provider's name for a citizen, or ``anonymous``."""
    roles: tuple[str, ...] = ()
    """Ids of ``model/people/roles.yaml``."""
    permissions: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    """The codes of the units whose cases it may see."""
    unit: str | None = None
    """The code of the unit it belongs to; None where it belongs to none."""
    point: str | None = None

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody is logged in."""
        return self.subject == "anonymous"

    @property
    def is_citizen(self) -> bool:
        """Whether it belongs to a citizen: an officer who helps somebody does not act as them."""
        return self.subject.startswith(CITIZEN)

    def may(self, permission: str, unit: str | None = None) -> bool:
        """Return whether it has the permission and, where a unit is named, covers that unit's cases."""
        return permission in self.permissions and (unit is None or unit in self.units)


ANONYMOUS = Authority(subject="anonymous")

CITIZEN = "citizen:"
"""Prefix of the subject of a logged-in citizen; a keyed index of the provider's subject follows."""
_OF_CITIZENS = frozenset({"case.apply", "case.follow"})


def citizen_authority(subject: str) -> Authority:
    """Return the authority of a logged-in citizen: apply, and track their own cases."""
    return Authority(subject=subject, roles=("citizen",), permissions=_OF_CITIZENS)


PERMISSIONS = {
    "case.apply": "apply for a procedure",
    "case.follow": "follow one's own cases",
    "case.find": "find where a case stands, without what is personal in it",
    "case.read": "see the cases of one's units, and open their files with a reason",
    "case.receive": "receive cases, and take them back for who withdraws",
    "case.advance": "move cases on, ask for supplements and payments, extend and stop",
    "case.sign": "decide: finish or refuse",
    "case.return": "hand over results",
    "case.assign": "act for other roles, and transfer cases to another unit",
    "kpi.read": "see KPIs of one's units",
    "kpi.sign": "sign figures off",
    "point.report": "report the state of the points and kiosks of one's units",
    "hub.read": "see which province runs which package, and compare them",
    "knowledge.read": "see articles that are not published",
    "knowledge.edit": "write articles",
}
"""The permissions of the core. A plugin's pages may require others."""
