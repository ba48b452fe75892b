import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotkit import Channel
from pilotkit.cases import CaseStatus
from pilotkit_vietnam.codes import CASE_STATUS, CHANNEL, CODE_LISTS
from pilotkit_vietnam.identifiers import CASE_2018, CASE_2026, DOSSIER_CODES, PATTERNS, PROCEDURE, RESULT, UNIT

CASE_PATTERNS = [(CASE_2018, "000.00.01.H26", 4), (CASE_2026, "G09.20", 7)]


def test_the_ten_national_statuses_are_pilotkits_own_each_once():
    assert [str(number) for number in range(1, 11)] == [each.code for each in CASE_STATUS.codes]
    assert [status.value for status in CaseStatus] == [each.maps_to for each in CASE_STATUS.codes]


def test_the_three_national_channels_are_pilotkits_own():
    assert {"1": "in_person", "2": "online", "3": "post"} == {each.code: each.maps_to for each in CHANNEL.codes}
    assert {channel.value for channel in Channel} == {each.maps_to for each in CHANNEL.codes}


def test_every_value_has_its_words_in_both_languages():
    for each in (code for codes in CODE_LISTS for code in codes.codes):
        assert ("vi", "en") == each.name.languages


def test_everything_says_where_it_comes_from():
    assert all(each.reference for each in (*CODE_LISTS, *PATTERNS))


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.id)
def test_a_pattern_accepts_its_own_example(pattern):
    assert pattern.matches(pattern.example)


@pytest.mark.parametrize(
    ("pattern", "identifier"),
    [
        (PROCEDURE, "2.000528"),
        (PROCEDURE, "1.001193.000.00.00.H26"),
        (RESULT, "KQ.G01.00263"),
        (RESULT, "KQ.H17.000039"),
        (CASE_2018, "000.23.18.G08-260101-0001"),
        (CASE_2018, "000.00.01.H26-250724-10000"),
        (CASE_2026, "G09.20-20260609-10000000"),
        (UNIT, "01"),
        (UNIT, "00070"),
    ],
)
def test_patterns_accept_what_is_published(pattern, identifier):
    assert pattern.matches(identifier)


@pytest.mark.parametrize(
    ("pattern", "identifier"),
    [
        (PROCEDURE, ""),
        (PROCEDURE, "1.00119"),
        (PROCEDURE, "1.0011930"),
        (PROCEDURE, "1.001193.000.00.00.H2"),
        (PROCEDURE, "1.001193\n"),
        (PROCEDURE, "\N{ARABIC-INDIC DIGIT ONE}.001193"),
        (RESULT, "KQ.G15.0031"),
        (RESULT, "kq.G15.000031"),
        (RESULT, "KQ.15.000031"),
        (CASE_2018, "000.00.01.H26-250724-001"),
        (CASE_2018, "000.00.01.H26-251324-0001"),
        (CASE_2018, "000.00.01.H26-250732-0001"),
        (CASE_2018, "000.00.01.H26-20250724-0001"),
        (CASE_2018, "000.00.01-250724-0001"),
        (CASE_2026, "G09.20-260609-0092637"),
        (CASE_2026, "G09.20-20260609-092637"),
        (UNIT, "1"),
        (UNIT, "001"),
        (UNIT, "0007"),
    ],
)
def test_patterns_refuse_what_is_not(pattern, identifier):
    assert not pattern.matches(identifier)


@pytest.mark.parametrize(("pattern", "prefix", "digits"), CASE_PATTERNS)
@given(day=st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)), number=st.integers(1, 10**8))
def test_what_a_template_makes_its_pattern_accepts(pattern, prefix, digits, day, number):
    made = pattern.template.format(prefix=prefix, yymmdd=f"{day:%y%m%d}", yyyymmdd=f"{day:%Y%m%d}", number=number)
    assert pattern.matches(made)
    assert max(digits, len(str(number))) == len(re.split("-", made)[-1])


def test_only_the_dossier_code_that_a_source_states_is_given():
    assert {"01": "H26"} == dict(DOSSIER_CODES)
