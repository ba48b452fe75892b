"""Thresholds are data; a deployment changes the ones it wants to, and no others."""

import pytest

from pilotkit import DataError, Deployment
from pilotkit.testing import tiny_deployment
from pilotkit_board.checks import check_rules
from pilotkit_board.rules import rules_of


def town(tmp_path, text=None):
    return tiny_deployment(tmp_path / "town", {"local/operations.toml": text} if text is not None else None)


def test_without_a_file_the_plugin_s_rules_hold(tmp_path):
    assert (30, 3) == (rules_of(town(tmp_path)).long_wait.minutes, rules_of(town(tmp_path)).long_wait.people)


def test_a_deployment_changes_one_key_and_keeps_the_others(tmp_path):
    rules = rules_of(town(tmp_path, "[long_wait]\nminutes = 20\n"))
    assert (20, 3) == (rules.long_wait.minutes, rules.long_wait.people)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[long_wait]\nminutes = 0\n", "long_wait.minutes"),
        ("[long_wait]\nminuets = 5\n", "long_wait.minuets"),
        ("[weather]\nrain = 1\n", "weather"),
        ("long_wait = 5\n", "long_wait"),
        ("[dissatisfied]\npercent = 120\n", "dissatisfied.percent"),
        ("[long_wait\n", "no TOML"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path, text, where):
    folder = town(tmp_path, text)
    with pytest.raises(DataError) as refused:
        rules_of(folder)
    assert where in str(refused.value)
    assert "local/operations.toml" in str(refused.value)
    (finding,) = check_rules(Deployment(folder))
    assert ("error", "local/operations.toml") == (finding.severity.value, finding.where.file)


def test_a_check_finds_nothing_where_the_rules_can_be_used(tmp_path):
    assert [] == list(check_rules(Deployment(town(tmp_path, "[late]\ncases = 9\n"))))
