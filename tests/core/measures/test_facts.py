import threading

import pytest

from pilotkit import Application, Channel, Deployment, Measures
from pilotkit.casework.verbs import Casework
from pilotkit.measures.facts import FOLDER, KEPT, bring_up_to_date
from pilotkit.storage.store import Store
from pilotkit.testing import tiny_deployment

APPLICATION = Application(procedure="ZZ-101", channel=Channel.ONLINE, unit="PA-01", actor="citizen")


@pytest.fixture
def open_town(tmp_path):
    deployment = Deployment(tiny_deployment(tmp_path / "town"))
    store = Store.of(deployment)
    yield deployment, store
    store.close()


def test_readers_are_not_disturbed_while_cases_come_in(open_town):
    deployment, store = open_town
    casework, problems, is_over = Casework(deployment, store), [], threading.Event()

    def look() -> None:
        while not is_over.is_set():
            try:
                Measures(deployment, store).values()
            except Exception as problem:  # noqa: BLE001  # whatever it is, a reader must not meet it
                problems.append(problem)

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(100):
        casework.receive(APPLICATION)
    is_over.set()
    for reader in readers:
        reader.join()
    assert [] == problems
    assert 100 == Measures(deployment, store).values(["online_share"])[0].denominator


def test_old_states_of_the_facts_do_not_pile_up(open_town):
    deployment, store = open_town
    casework = Casework(deployment, store)
    for _ in range(KEPT + 4):
        casework.receive(APPLICATION)
        bring_up_to_date(deployment, store)
    assert KEPT + 1 == len(list((deployment.folder / FOLDER).glob("state-*")))


@pytest.mark.parametrize("text", ["", "{}", "[]", "not json", '{"state": "../../elsewhere"}'])
def test_facts_whose_record_is_broken_are_made_anew(open_town, text):
    deployment, store = open_town
    Casework(deployment, store).receive(APPLICATION)
    bring_up_to_date(deployment, store)
    (deployment.folder / FOLDER / "facts.json").write_text(text)
    facts = bring_up_to_date(deployment, store)
    assert 1 == facts.cases
    assert 1 == Measures(deployment, store).values(["online_share"])[0].denominator
