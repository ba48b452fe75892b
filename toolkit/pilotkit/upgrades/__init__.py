"""Upgrades: the next version of a package, without losing what a deployment changed itself."""

from pilotkit.upgrades.applying import plan_upgrade, recover, roll_back, upgrade
from pilotkit.upgrades.obtaining import Source
from pilotkit.upgrades.ours import Adopted, adopt, what_is_ours
from pilotkit.upgrades.overriding import override, reset, value_of

__all__ = [
    "Adopted",
    "Source",
    "adopt",
    "override",
    "plan_upgrade",
    "recover",
    "reset",
    "roll_back",
    "upgrade",
    "value_of",
    "what_is_ours",
]
