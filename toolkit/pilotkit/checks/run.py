"""Ask every plugin for its checks, run them, and put the worst first."""

from __future__ import annotations

from collections.abc import Iterator

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.faults import DISPENSABLE
from pilotkit.catalog.plugins import unique
from pilotkit.errors import PilotkitError, Place, PluginError
from pilotkit.model.surface import Check, Finding, Severity
from pilotkit.model.text import is_identifier

_RANK = {severity: rank for rank, severity in enumerate((Severity.ERROR, Severity.WARNING, Severity.NOTICE))}


def run_checks(deployment: Deployment) -> tuple[Finding, ...]:
    """Everything that the checks of all plugins find: errors first, then by file, key and line.

    Raises:
        DataError: the deployment cannot be read at all.
        DuplicateError: two plugins offer a check with the same id.
        PluginError: a check failed, or answered with something other than findings.
    """
    offered = deployment.plugins.collect("register_checks")
    owners = {offer.value.id: offer.plugin for offer in offered}
    checks: dict[str, Check] = unique(offered, lambda check: check.id, "check")
    _ = deployment.catalog  # what cannot be read is the data's fault; it must not look like a check's
    found = [finding for check in checks.values() for finding in _findings(check, owners[check.id], deployment)]
    return tuple(sorted([*found, *_broken_plugins(deployment)], key=_order))


def _broken_plugins(deployment: Deployment) -> Iterator[Finding]:
    """Plugins that the deployment asks for and runs without. Whoever runs it must not overlook that."""
    for hook in sorted(DISPENSABLE - {"register_checks", "register_commands"}):
        deployment.plugins.collect(hook)
    for problem in deployment.plugins.set_aside.values():
        where = Place("pilot.toml", "plugins.enabled")
        yield Finding(Severity.ERROR, "plugins", where, problem.what, problem.remedy)


def _findings(check: Check, plugin: str, deployment: Deployment) -> tuple[Finding, ...]:
    try:
        found = tuple(check.run(deployment))
    except PilotkitError:
        raise
    except Exception as problem:
        raise PluginError(
            f"check '{check.id}' of plugin '{plugin}' failed: {type(problem).__name__}: {problem}.",
            remedy=f"Mend the plugin '{plugin}'.",
        ) from problem
    for finding in found:
        if not isinstance(finding, Finding):
            raise PluginError(
                f"check '{check.id}' of plugin '{plugin}' yields a {type(finding).__name__}.",
                remedy="Every value must be a Finding.",
            )
        if not is_identifier(finding.check):
            raise PluginError(
                f"check '{check.id}' of plugin '{plugin}' yields a finding of '{finding.check}'.",
                remedy="A check's id is of small letters, digits, '.', '-' and '_', so that a receipt can name it.",
            )
    return found


def _order(finding: Finding) -> tuple[int, str, int, str, str]:
    where = finding.where
    return _RANK[finding.severity], where.file, where.line or 0, where.key, finding.message
