"""The ledger: keys of provinces, and the receipts that they signed. Each is taken once, and only forwards in time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from pilotkit import DataError, PilotkitError, UnknownError
from pilotkit.trust import AdoptionReceipt, TrustError, open_receipt, public_key
from pilotkit_hub.tables import HANDED_IN, KEYS, RECEIPTS

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from pilotkit import AdministrativeUnit, Catalog
    from pilotkit.tables import PluginTables

_AHEAD = timedelta(hours=1)
"""How far a province's clock may be ahead of ours."""
_MICRO = 1_000_000


@dataclass(frozen=True)
class Taken:
    """A receipt that held."""

    receipt: AdoptionReceipt
    at: datetime
    """When it was taken."""
    digest: str


class Ledger:
    """What a ministry has been told.

    Args:
        tables: the tables of this plugin.
        provinces: those that there are, by code.
    """

    def __init__(self, tables: PluginTables, provinces: dict[str, AdministrativeUnit]) -> None:
        self._tables = tables
        self.provinces = provinces

    @classmethod
    def of(cls, tables: PluginTables, catalog: Catalog) -> Ledger:
        """Return the ledger of a deployment."""
        return cls(tables, provinces_of(catalog))

    def trust(self, province: str, pem: str, now: datetime) -> AdministrativeUnit:
        """Register the key that a province signs with, in the place of an earlier one.

        Raises:
            UnknownError: there is no such province.
            DataError: not an Ed25519 public key, or another province signs with it.
        """
        unit = self.provinces.get(province)
        if unit is None:
            raise UnknownError(f"there is no province '{province}'.", remedy="Name it by its code in the register.")
        key_id = public_key(pem).keyid
        for code, other in self.keys().items():
            if code != province and public_key(other).keyid == key_id:
                raise DataError(
                    f"province {code} signs with this key already.", remedy="Ask for the key of this province."
                )
        with self._tables.write_session() as session:
            session.execute(KEYS.delete().where(KEYS.c.province == province))
            session.execute(KEYS.insert().values(province=province, pem=pem, since=_micros(now)))
        return unit

    def keys(self) -> dict[str, str]:
        """Return the public key (PEM) of each province that has one, by code."""
        with self._tables.read_session() as session:
            return {row.province: row.pem for row in session.execute(select(KEYS).order_by(KEYS.c.province))}

    def take(self, data: bytes, now: datetime, actor: str | None = None) -> AdoptionReceipt:
        """Verify a receipt and keep it.

        Args:
            data: the signed envelope, as it came.
            now: the instant; aware.
            actor: the login of whoever hands it in, which is kept with the outcome; None: a machine or a command.

        Raises:
            TrustError: its signature does not hold, it was taken already, or it is older than what is known.
        """
        entry = {"at": _micros(now), "actor": actor, "digest": hashlib.sha256(data).hexdigest()}
        try:
            return self._take(data, now, entry if actor else None)
        except PilotkitError as refused:
            if actor:
                with self._tables.write_session() as session:
                    session.execute(HANDED_IN.insert().values(**entry, refused=refused.what[:500]))
            raise

    def _take(self, data: bytes, now: datetime, entry: Mapping[str, object] | None) -> AdoptionReceipt:
        receipt = open_receipt(data, self.keys())
        if receipt.issued > now + _AHEAD:
            raise TrustError("the receipt is of the future.", remedy="Ask the province to set its clock.")
        with self._tables.write_session() as session:
            _refuse_replay(session, receipt, digest := hashlib.sha256(data).hexdigest())
            session.execute(
                RECEIPTS.insert().values(
                    digest=digest, province=receipt.province, deployment=receipt.deployment,
                    issued=_micros(receipt.issued), taken=_micros(now), envelope=data.decode(),
                    said=receipt.model_dump_json(),
                )
            )  # fmt: skip
            if entry is not None:
                session.execute(HANDED_IN.insert().values(**entry, refused=""))
        return receipt

    def hands(self) -> dict[str, str]:
        """Who handed a receipt in through the form, by its digest; one that came over the network is not there."""
        wanted = select(HANDED_IN.c.digest, HANDED_IN.c.actor).where(HANDED_IN.c.refused == "")
        with self._tables.read_session() as session:
            return {row.digest: row.actor for row in session.execute(wanted)}

    def refusals(self, most: int = 100) -> tuple[tuple[datetime, str, str], ...]:
        """Return what was handed in and refused, the newest first: when, by whom, why."""
        wanted = select(HANDED_IN).where(HANDED_IN.c.refused != "").order_by(HANDED_IN.c.number.desc()).limit(most)
        with self._tables.read_session() as session:
            rows = session.execute(wanted).all()
        return tuple((datetime.fromtimestamp(row.at / _MICRO, UTC), row.actor, row.refused) for row in rows)

    def newest(self) -> dict[str, tuple[Taken, ...]]:
        """Return the newest receipt of each deployment, by the code of its province; the newest first."""
        found: dict[str, dict[str, Taken]] = {}
        for taken in self._read():
            found.setdefault(taken.receipt.province, {}).setdefault(taken.receipt.deployment, taken)
        return {province: tuple(each.values()) for province, each in found.items()}

    def history(self, province: str | None = None, most: int = 100) -> tuple[Taken, ...]:
        """Return the receipts of one province or of all, the newest first."""
        return tuple(self._read(province, most))

    def _read(self, province: str | None = None, most: int | None = None) -> Iterator[Taken]:
        wanted = select(RECEIPTS.c.digest, RECEIPTS.c.taken, RECEIPTS.c.said).order_by(RECEIPTS.c.issued.desc())
        if province is not None:
            wanted = wanted.where(RECEIPTS.c.province == province)
        else:
            wanted = wanted if most is not None else wanted.where(_is_newest())
        with self._tables.read_session() as session:
            rows = session.execute(wanted.limit(most)).all()
        for row in rows:
            at = datetime.fromtimestamp(row.taken / _MICRO, UTC)
            yield Taken(AdoptionReceipt.model_validate_json(row.said), at, row.digest)


def provinces_of(catalog: Catalog) -> dict[str, AdministrativeUnit]:
    """Return the country's provinces by code: of the scheme's register, else of ``local/units.csv``."""
    directory = catalog.directories.get(catalog.settings.deployment.scheme)
    units = directory.provinces() if directory else catalog.units.values()
    return {unit.code: unit for unit in units if unit.level == "province"}


def _is_newest() -> ColumnElement[bool]:
    other = RECEIPTS.alias()
    same = (other.c.province == RECEIPTS.c.province) & (other.c.deployment == RECEIPTS.c.deployment)
    return RECEIPTS.c.issued == select(func.max(other.c.issued)).where(same).scalar_subquery()


def _refuse_replay(session: Session, receipt: AdoptionReceipt, digest: str) -> None:
    mine = (RECEIPTS.c.province == receipt.province) & (RECEIPTS.c.deployment == receipt.deployment)
    if session.scalar(select(func.count()).where(RECEIPTS.c.digest == digest)):
        raise TrustError("this receipt was taken already.", remedy="Nothing is to be done; ask for a newer one.")
    last = session.scalar(select(func.max(RECEIPTS.c.issued)).where(mine))
    if last is not None and last >= _micros(receipt.issued):
        known = datetime.fromtimestamp(last / _MICRO, UTC)
        raise TrustError(
            f"a receipt of {receipt.deployment} of {known:%Y-%m-%d %H:%M} UTC is known, which is not older.",
            remedy="Ask the province for a new one.",
        )


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * _MICRO)
