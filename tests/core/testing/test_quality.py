"""The scale, and claims that are not true."""

import pytest

from pilotkit import DataError, UnknownError
from pilotkit.testing import quality, report_on
from pilotkit.testing.claims import Claim, Quality
from pilotkit.testing.rules import IN_SOURCE, INSTALLED


def claiming(monkeypatch, **claim):
    monkeypatch.setattr(quality, "claim_of", lambda _: Claim(**claim))


def test_every_rule_that_is_verified_has_a_function_and_every_function_a_rule():
    assert {*INSTALLED, *IN_SOURCE} == {rule.id for rule in quality.scale() if rule.verified}


def test_rules_stand_in_the_order_of_their_levels_each_once():
    ranks = [rule.level.rank for rule in quality.scale()]
    assert sorted(ranks) == ranks
    assert len(ranks) == len({rule.id for rule in quality.scale()})


def test_who_claims_more_than_is_met_is_told(monkeypatch, tmp_path):
    claiming(monkeypatch, claims="gold")
    report = report_on("demo", tmp_path)
    assert Quality.BRONZE is report.attained
    assert "it claims gold, and meets bronze." in report.problems
    assert "'unhappy-paths' is not met, and quality.yaml does not say why (not_yet)." in report.problems


def test_evidence_that_is_not_there_is_no_evidence(monkeypatch, tmp_path):
    shown = {"unhappy-paths": "tests/test_moon.py", "documented": "tests/test_plugin.py::test_moon"}
    claiming(monkeypatch, claims="bronze", shown_by=shown)
    said = {each.rule.id: each.problems for each in report_on("demo", tmp_path).verdicts}
    assert ("tests/test_moon.py, which is said to show it, is not there.",) == said["unhappy-paths"]
    assert ("tests/test_plugin.py has no test_moon, which is said to show it.",) == said["documented"]


def test_an_excuse_for_what_is_met_and_a_rule_that_is_none_are_told(monkeypatch, tmp_path):
    claiming(monkeypatch, claims="bronze", not_yet={"loads": "No time.", "moon": "No rocket."})
    problems = report_on("demo", tmp_path).problems
    assert "'loads' is met, but quality.yaml says it is not yet." in problems
    assert "quality.yaml names the rule 'moon', which the scale does not have." in problems


def test_a_rule_about_pages_is_not_about_a_plugin_without(tmp_path):
    (narrow,) = (each for each in report_on("vietnam", tmp_path).verdicts if each.rule.id == "narrow-pages")
    assert (False, True) == (narrow.applies, narrow.holds)


def test_a_plugin_that_is_not_installed_is_named(tmp_path):
    with pytest.raises(UnknownError, match="plugin 'moon' is not installed"):
        report_on("moon", tmp_path)


def test_a_claim_that_is_no_claim_is_refused(monkeypatch, tmp_path):
    (tmp_path / "quality.yaml").write_text("claims: platinum\n")
    monkeypatch.setattr("pilotkit.testing.claims.source_of", lambda _: tmp_path)
    with pytest.raises(DataError, match=r"quality.yaml.*claims"):
        report_on("demo", tmp_path)
