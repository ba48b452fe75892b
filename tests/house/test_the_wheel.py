"""What is installed from a wheel can do what the source tree can."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[2]


def test_the_wheel_has_the_template_of_plugins(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT / "toolkit", check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    template = ROOT / "templates/plugin"
    wanted = {path.relative_to(template).as_posix() for path in template.rglob("*") if path.is_file()}
    inside = "pilotkit/scaffold/plugin/"
    assert wanted == {name.removeprefix(inside) for name in ZipFile(wheel).namelist() if name.startswith(inside)}
