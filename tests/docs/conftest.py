from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(path) for path in (HERE, HERE.parents[1] / "docs") if str(path) not in sys.path]


@pytest.fixture(scope="session")
def generator() -> ModuleType:
    """The script that writes the reference's tables."""
    import generate_reference

    return generate_reference
