"""Plugins that the package is better with and that the deployment does not use."""

from __future__ import annotations

from collections.abc import Iterator

from pilotkit.catalog.deployment import Deployment
from pilotkit.catalog.tree import MODEL
from pilotkit.errors import Place
from pilotkit.model.surface import Check, Finding, Severity


def run(deployment: Deployment) -> Iterator[Finding]:
    """Yield a notice for each optional plugin that is not enabled, with the files that it would read."""
    info = deployment.catalog.package
    enabled = deployment.settings.plugins.enabled
    for plugin in info.requires.optional if info else ():
        if plugin not in enabled:
            files = sorted(unused_files(deployment, plugin))
            what = ", ".join(files) or "no file of this package"
            yield Finding(
                Severity.NOTICE,
                CHECK.id,
                Place("pilot.toml", "plugins.enabled"),
                f"The package is better with the plugin '{plugin}', which is not enabled. It would read: {what}. "
                "They are kept and packed as they are.",
                f"Install it (pip install pilotkit-{plugin}) and add it to [plugins] enabled, or leave it.",
            )


def unused_files(deployment: Deployment, plugin: str) -> Iterator[str]:
    """Yield the files of the model that an optional plugin would read and nobody else reads."""
    info = deployment.catalog.package
    if info is None:
        return
    for path in (deployment.folder / MODEL).rglob("*"):
        name = path.relative_to(deployment.folder / MODEL).as_posix()
        is_read = deployment.data_files.at(f"{MODEL}/{name}") is not None
        if path.is_file() and not is_read and info.requires.uses(name) == plugin:
            yield f"{MODEL}/{name}"


CHECK = Check("optional-plugins", "Is every plugin there that the package is better with?", run)
