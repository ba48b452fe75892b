"""The hooks of ``hub``. Pages and commands are imported when they are asked for: most commands never do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pilotkit import hookimpl

if TYPE_CHECKING:
    from pilotkit import Command, Page
    from pilotkit.tables import TableSet

_PACKAGE = "pilotkit_hub"
_READ = "hub.read"


@hookimpl
def register_pages() -> tuple[Page, ...]:
    from pilotkit import Navigation, Page
    from pilotkit_hub import adoption_export as exporting
    from pilotkit_hub import adoption_page as adoption
    from pilotkit_hub import comparison_page as comparison
    from pilotkit_hub import province_page as province
    from pilotkit_hub import receipt_upload as handing_in
    from pilotkit_hub import releases_page as releases

    return (
        Page(
            "hub.adoption", "/hub/provinces", adoption.show_adoption, _PACKAGE, Navigation("Adoption", 60),
            permission=_READ,
        ),
        Page(
            "hub.comparison", "/hub/comparison", comparison.show_comparison, _PACKAGE, Navigation("Comparison", 61),
            permission=_READ,
        ),
        Page(
            "hub.releases", "/hub/releases", releases.show_releases, _PACKAGE, Navigation("Releases", 62),
            permission=_READ,
        ),
        Page("hub.notes", "/hub/releases/notes", releases.show_notes, _PACKAGE, permission=_READ),
        Page("hub.export", "/hub/provinces.{form}", exporting.show_export, _PACKAGE, permission=_READ),
        Page("hub.province", "/hub/provinces/{province}", province.show_province, _PACKAGE, permission=_READ),
        Page(
            "hub.receipts", "/hub/receipts", handing_in.show_receipts, _PACKAGE, permission=_READ,
            receive=handing_in.receive_receipt,
        ),
        Page(
            "hub.hand_in", "/hub/receipts/new", handing_in.show_form, _PACKAGE, permission=_READ,
            act=handing_in.take_files,
        ),
    )  # fmt: skip


@hookimpl
def register_commands() -> tuple[Command, ...]:
    from pilotkit import Command
    from pilotkit_hub import commands

    return (
        Command("trust", commands.trust, "Register the public key that a province signs its receipts with.", "hub"),
        Command("import", commands.take, "Take receipts that came as files.", "hub"),
        Command("release-notes", commands.release_notes, "Say in words what is different between two packages."),
    )


@hookimpl
def register_tables() -> tuple[TableSet, ...]:
    from pilotkit.tables import TableSet
    from pilotkit_hub.tables import METADATA

    return (TableSet("hub", METADATA),)
