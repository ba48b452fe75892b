import pytest

from pilotkit import CaseError, DataError, PilotkitError, Place, PluginError, UnknownError
from pilotkit.data import DuplicateError
from pilotkit.figures import TargetError
from pilotkit.trust import PackageError, TemplateError


def test_an_error_says_where_what_and_what_to_do():
    error = DataError(
        "has no goal.", where=Place("local/targets.csv", "goal", 14), remedy="Add a number between 0 and 100."
    )
    assert "local/targets.csv line 14: goal: has no goal. Add a number between 0 and 100." == str(error)


def test_a_place_without_line_or_key_is_the_file_alone():
    assert "pilot.toml" == str(Place("pilot.toml"))
    assert "pilot.toml: storage.url" == str(Place("pilot.toml", "storage.url"))


def test_an_error_without_place_or_remedy_is_one_sentence():
    assert "There is nothing here." == str(PilotkitError("There is nothing here."))


@pytest.mark.parametrize(
    ("kind", "exit_code"),
    [
        (PilotkitError, 1),
        (DataError, 3),
        (UnknownError, 3),
        (DuplicateError, 3),
        (CaseError, 3),
        (PackageError, 4),
        (TemplateError, 4),
        (TargetError, 5),
        (PluginError, 6),
    ],
)
def test_every_error_has_the_exit_code_that_the_manual_promises(kind, exit_code):
    error = kind("No.")
    assert isinstance(error, PilotkitError)
    assert exit_code == error.exit_code
