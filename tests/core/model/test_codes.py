import pytest
from pydantic import ValidationError

from pilotkit.data import IdentifierPattern

LEAST = {
    "id": "zz-procedure",
    "kind": "procedure",
    "pattern": r"ZZ-\d{3}",
    "example": "ZZ-101",
    "reference": "Ordinance 7",
    "certainty": "high",
}


def test_a_whole_identifier_must_follow_its_pattern():
    pattern = IdentifierPattern.model_validate(LEAST)
    assert [True, False, False] == [pattern.matches(each) for each in ("ZZ-101", "ZZ-1011", "x ZZ-101")]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pattern": "("}, "is not a regular expression in RE2 syntax"),
        ({"pattern": "(a)\\1"}, "is not a regular expression in RE2 syntax"),
        ({"example": "ZZ-1"}, "the example 'ZZ-1' does not follow the pattern"),
        ({"template": "{prefix}-{yymmdd}"}, "needs {number}"),
        ({"template": "{number}-{moon}"}, "may hold number, prefix, yymmdd, yyyymmdd"),
        ({"template": "{number"}, "expected '}'"),
        ({"kind": "person"}, "Input should be"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused(changes, words):
    with pytest.raises(ValidationError, match=words):
        IdentifierPattern.model_validate({**LEAST, **changes})
