from pathlib import Path

import pytest

from pilotkit import Deployment
from pilotkit_vietnam.units import VietnamUnits, national_units

COLUMNS = ("scheme", "code", "valid_from", "valid_to", "name", "kind", "level", "parent")
SETTINGS = """
[deployment]
id = "{id}"
name = {{vi = "Thí điểm", en = "Pilot"}}
scheme = "{scheme}"
province = "{province}"
languages = ["vi", "en"]
[plugins]
enabled = ["vietnam"]
[identifiers]
prefix = "{prefix}"
"""


@pytest.fixture
def register() -> VietnamUnits:
    return national_units()


@pytest.fixture
def deploy(tmp_path: Path, register: VietnamUnits):
    """Make a deployment of a province as the register has it, with some cells of local/units.csv changed."""

    def make(province: str = "04", *, scheme: str = "vn", prefix: str = "P", without=(), **changed) -> Deployment:
        found = register.find_province(province)
        units = [found, *register.communes(found.code)] if found else []
        lines = [",".join(COLUMNS)]
        for unit in units:
            cells = {column: str(getattr(unit, column) or "") for column in COLUMNS}
            cells |= changed.get(f"unit_{unit.code}", {})
            if unit.code not in without:
                lines.append(",".join(cells[column] for column in COLUMNS))
        (tmp_path / "local").mkdir()
        (tmp_path / "local" / "units.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        settings = SETTINGS.format(id="test", scheme=scheme, province=province, prefix=prefix)
        (tmp_path / "pilot.toml").write_text(settings, encoding="utf-8")
        return Deployment(tmp_path)

    return make
