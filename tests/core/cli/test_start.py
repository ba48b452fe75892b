"""What a command loads before it begins: no more than it needs."""

import subprocess
import sys

ENGINES = {"sqlalchemy", "sqlmodel", "duckdb", "pyarrow", "numpy"}
RENDERS = {"cookiecutter", "jinja2"}


def _loaded_by(program):
    code = f"import sys\n{program}\nprint(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_the_command_line_knows_every_command_without_loading_what_only_some_need():
    loaded = _loaded_by("import pilotkit.cli.app")
    assert "pilotkit.cli.upgrade_commands" in loaded
    assert not {*ENGINES, *RENDERS, "pilotkit.catalog.deployment"} & loaded


def test_packing_and_upgrading_load_no_database_and_no_engine_until_there_are_cases_to_ask():
    program = "import pilotkit.upgrades, pilotkit.packages, pilotkit.checks.plugin as p; p.register_checks()"
    assert not ENGINES & _loaded_by(program)
