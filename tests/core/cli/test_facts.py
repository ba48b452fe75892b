"""``pilotkit facts``: once, anew, or for good."""

from contextlib import closing
from pathlib import Path

import pytest

from pilotkit import Channel, Deployment
from pilotkit.cases import Application
from pilotkit.casework.case_service import CaseService
from pilotkit.cli.app import run
from pilotkit.facts.fact_files import bring_up_to_date, keep_up_to_date
from pilotkit.figures import TargetError
from pilotkit.storage.store import Store
from pilotkit.testing import tiny_deployment

APPLICATION = Application(procedure="ZZ-101", channel=Channel.ONLINE, unit="PA-01", actor="citizen")


@pytest.fixture
def town(tmp_path: Path) -> Deployment:
    return Deployment(tiny_deployment(tmp_path / "town"))


def test_the_command_says_how_many_cases_stand_in_the_facts(town: Deployment, capsys) -> None:
    with closing(Store.of(town)) as store:
        CaseService(town, store).receive(APPLICATION)
    for arguments in ([], ["--rebuild"]):
        assert 0 == run(["facts", str(town.folder), *arguments])
        said = capsys.readouterr()
        assert "1 cases stand in the facts" in said.out + said.err


def test_a_watching_worker_tells_each_time_that_something_has_happened(town: Deployment) -> None:
    with closing(Store.of(town)) as store:
        casework = CaseService(town, store)
        watching = keep_up_to_date(town, store, lambda: casework.receive(APPLICATION))
        assert [0, 1, 2] == [next(watching).cases for _ in range(3)]
        watching.close()


def test_while_one_watches_the_others_only_read(town: Deployment) -> None:
    with closing(Store.of(town)) as store:
        watching = keep_up_to_date(town, store, lambda: None)
        assert 0 == next(watching).cases
        CaseService(town, store).receive(APPLICATION)
        assert 0 == bring_up_to_date(town, store).cases
        with pytest.raises(TargetError, match="another worker keeps the facts"):
            next(keep_up_to_date(town, store, lambda: None))
        assert 1 == next(watching).cases
        watching.close()
        assert 1 == bring_up_to_date(town, store).cases
