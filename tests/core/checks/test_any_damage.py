"""Whatever happens to a file, the answer is findings or one error of ours; never a traceback."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.drill import size

from pilotkit import Deployment, PilotkitError
from pilotkit.checks.run import run_checks
from pilotkit.testing import tiny_deployment
from pilotkit.testing.sample_deployment import TOWN

FILES = sorted(path.relative_to(TOWN).as_posix() for path in TOWN.rglob("*") if path.is_file())
SCRAPS = st.sampled_from(
    [
        "",
        "\0",
        "- ",
        ": ",
        "{",
        "]",
        '"',
        "'",
        ",",
        "\n",
        "\t",
        "#",
        "~",
        "9" * 30,
        "1e999",
        ".nan",
        ".inf",
        "-1",
        "true",
        "null",
        "2025-13-45",
        "*a",
        "&a ",
        "!!str ",
        "<<: ",
        "[[x]]\n",
        "id",
        "\ufeff",
        "\u2028",
    ]
)


@pytest.mark.drill
@settings(max_examples=size(25, 60), suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(FILES), st.floats(0, 1), st.integers(0, 30), SCRAPS)
def test_a_damaged_file_is_told_and_never_a_traceback(tmp_path_factory, name, where, gone, scrap):
    text = (TOWN / name).read_text(encoding="utf-8")
    at = int(where * len(text))
    folder = tiny_deployment(tmp_path_factory.mktemp("town"), {name: text[:at] + scrap + text[at + gone :]})
    with contextlib.suppress(PilotkitError):
        run_checks(Deployment(folder))
