"""What npm brings is pinned by its content, and the repository names no registry."""

import json
from pathlib import Path

ASSETS = Path(__file__).parents[3] / "toolkit" / "assets"


def test_the_lock_pins_every_package_by_its_content_and_names_no_registry():
    packages = json.loads((ASSETS / "package-lock.json").read_text())["packages"]
    brought = {name: each for name, each in packages.items() if name}
    assert brought
    assert all(each["integrity"].startswith("sha512-") for each in brought.values())
    assert not any("resolved" in each for each in packages.values())


def test_what_npm_brings_is_not_kept_in_the_repository():
    ignored = (ASSETS.parents[1] / ".gitignore").read_text().splitlines()
    assert {"node_modules/", "/toolkit/pilotkit/web/static/vendor/"} <= set(ignored)
