"""Several commands that use one memory of a registry at the same time."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pilotkit.registry.clock_rollback import FILE, remember
from pilotkit.registry.http_server import served
from pilotkit.registry.temporary_registry import ThrowawayRegistry
from pilotkit.registry.trust_root import TrustedRegistry
from pilotkit.registry.verified_download import RegistrySession

WORKER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pilotkit.registry.trust_root import TrustedRegistry
from pilotkit.registry.verified_download import RegistrySession

address, root, store = sys.argv[1:]
registry = TrustedRegistry.given(address, Path(root), Path(store))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(20):
    visit = RegistrySession(registry, datetime.now(UTC))
    for release in visit.listing.releases:
        visit.vouched(release)
"""
"""Visits again and again, from the first root on."""


@pytest.mark.server
def test_two_processes_share_a_memory_and_neither_is_disturbed(registry: ThrowawayRegistry, tmp_path: Path) -> None:
    root, store = registry.folder.metadata / "1.root.json", tmp_path / "shared"
    with served(registry.folder) as address:
        command = [sys.executable, "-c", WORKER, address, str(root), str(store)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        workers = [subprocess.Popen(command, **pipes) for _ in range(2)]
        for each in workers:
            each.stdout.readline()
        ended = _ended(workers)
        assert [(0, ""), (0, "")] == ended
        trusted = TrustedRegistry.given(address, root, store)
        assert 1 == len(RegistrySession(trusted, datetime.now(UTC)).listing.releases)
    assert [] == [each.name for each in store.rglob("*.partial")]


def _ended(workers: list[subprocess.Popen[str]]) -> list[tuple[int, str]]:
    """Start them together, and how each ended."""
    for each in workers:
        each.stdin.write("go\n")
        each.stdin.flush()
    said = [each.communicate(timeout=240)[1] for each in workers]
    return [(each.returncode, words) for each, words in zip(workers, said, strict=True)]


def test_the_later_instant_stays_whoever_writes_last(tmp_path: Path) -> None:
    late = datetime(2030, 1, 1, tzinfo=UTC)
    remember(tmp_path, late)
    remember(tmp_path, late - timedelta(days=1))
    assert late.isoformat() == (tmp_path / FILE).read_text().strip()
