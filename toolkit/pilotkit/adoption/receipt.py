"""Making a receipt: every part of it is counted; no text of a case, a person or a file goes in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pilotkit.adoption.disclosure import FEWEST, tellable
from pilotkit.adoption.open_places import left_open
from pilotkit.catalog.deployment import Deployment
from pilotkit.checks.run import run_checks
from pilotkit.errors import DataError, Place
from pilotkit.measures.kpi_values import KpiQuery, completeness_of
from pilotkit.measures.measures import Measures
from pilotkit.measures.scan import Window, scan_all
from pilotkit.model.adoption import MOST_CHECKS, AdoptionReceipt, CheckSummary, InstalledPackage, MonthlyFigure
from pilotkit.model.registry import DeploymentTrust
from pilotkit.model.surface import Severity
from pilotkit.packages.blocked_upgrade import refused_upgrade
from pilotkit.packages.lineage import origin_of
from pilotkit.packages.manifest import verify_model
from pilotkit.packages.measured_evidence import figure_of
from pilotkit.registry.deployment_trust import trust_of
from pilotkit.storage.address import is_there
from pilotkit.storage.store import Store
from pilotkit.version import __version__


@dataclass(frozen=True)
class ReceiptOrder:
    """What a receipt should tell beyond what it always does."""

    as_of: datetime | None = None
    """What was known at that instant (aware); absent: at the time of issue."""
    since: date | None = None
    by_month: bool = False
    """Whether figures by unit and month go with it."""


def receipt_of(deployment: Deployment, now: datetime, order: ReceiptOrder | None = None) -> AdoptionReceipt:
    """Return what a deployment tells the ministry about itself.

    Args:
        deployment: the one that tells.
        now: the instant of issue; aware.
        order: what more to tell.

    Raises:
        DataError: the deployment cannot be read, has no package, or a KPI cannot be computed.
    """
    who, package = deployment.settings.deployment, _package(deployment, now)
    return AdoptionReceipt(
        deployment=who.id,
        scheme=who.scheme,
        province=who.province,
        issued=now,
        pilotkit=__version__,
        package=package,
        checks=_checks(deployment),
        left_open=left_open(deployment),
        refused=refused_upgrade(deployment.folder, package.version),
        location_version=deployment.catalog.location_version,
        **_measured(deployment, now, order or ReceiptOrder()),
    )


def _package(deployment: Deployment, now: datetime) -> InstalledPackage:
    info, origin = deployment.catalog.package, origin_of(deployment)
    if info is None:
        raise DataError(
            "is missing: a deployment without a package has nothing to tell.",
            where=Place("model/package.toml"),
            remedy="Make the deployment from a package.",
        )
    changes = deployment.catalog.changes
    return InstalledPackage(
        name=origin.name if origin else info.name,
        version=origin.version if origin else info.version,
        identity=origin.identity if origin else None,
        overrides=len({change.file for change in changes}),
        changed_keys=len(changes),
        drifted_files=sum(1 for _ in verify_model(deployment)),
        **_trust(trust_of(deployment.folder, now=now)),
    )


def _trust(found: DeploymentTrust | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {
        "voucher": found.statement.voucher,
        "stale_since": found.stale_since,
        "is_revoked": found.revocation is not None,
    }


def _checks(deployment: Deployment) -> CheckSummary:
    findings = run_checks(deployment)
    counted = Counter(finding.severity for finding in findings)
    blocked = dict.fromkeys(finding.check for finding in findings if finding.severity is Severity.ERROR)
    return CheckSummary(
        errors=counted[Severity.ERROR],
        warnings=counted[Severity.WARNING],
        notices=counted[Severity.NOTICE],
        blocked=tuple(sorted(blocked))[:MOST_CHECKS],
    )


def _measured(deployment: Deployment, now: datetime, order: ReceiptOrder) -> dict[str, Any]:
    """Return the figures and their circumstances; nothing where there are no cases."""
    if not is_there(deployment.settings.storage.url, deployment.folder):
        return {}
    with closing(Store.of(deployment)) as store:
        stored = store.extent().cases
        if not stored:
            return {}
        measures = Measures(deployment, store)
        window = Window(order.since, order.as_of or measures.present(now))
        return {
            "since": window.since,
            "as_of": window.as_of,
            "is_simulated": measures.simulated_until is not None,
            "completeness": completeness_of((measures.facts.cases, stored)),
            "figures": tuple(
                figure_of(each)
                for each in measures.values(since=window.since, as_of=window.as_of)
                if not 0 < each.denominator < FEWEST
            ),
            "monthly": tuple(_monthly(deployment, measures, window)) if order.by_month else (),
        }


def _monthly(deployment: Deployment, measures: Measures, window: Window) -> Iterator[MonthlyFigure]:
    question = KpiQuery(tuple(deployment.catalog.kpis.values()), window, measures.facts)
    groups = scan_all(measures.facts, question.asked, window, [(), ("month",), ("month", "unit")])
    whole = next(group for group in groups if not group.grouping)
    parts = [group for group in groups if group.grouping and None not in group.keys]
    few = max([FEWEST, *(kpi.minimum for kpi in question.kpis)])
    for place in range(len(question.kpis)):
        figures = [
            question.value(
                place, group.counts, deployment.catalog.location_version,
                **dict(zip(group.grouping, group.keys, strict=True)),
            )
            for group in parts
        ]  # fmt: skip
        told = tellable(figures, whole.counts[place][1], few)
        for each in sorted(told, key=lambda each: (each.month or "", each.unit or "")):
            said = {name: getattr(each, name) for name in MonthlyFigure.model_fields}
            yield MonthlyFigure(**said | ({"completeness": None} if each.unit else {}))
