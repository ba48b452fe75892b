import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pilotkit import LocalText
from pilotkit.data import search_form

VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxyàằầèềìòồờùừỳảẳẩẻểỉỏổởủửỷãẵẫẽễĩõỗỡũữỹáắấéếíóốớúứýạặậẹệịọộợụựỵ"


def test_words_are_found_in_the_language_that_was_asked_for():
    text = LocalText({"ca": "Naixement", "en": "Birth"})
    assert ("Birth", "en") == (text.in_language("en"), text.language_of("en"))


def test_words_fall_back_on_the_first_language_and_say_so():
    text = LocalText({"ca": "Naixement", "en": "Birth"})
    assert ("Naixement", "ca") == (text.in_language("fr"), text.language_of("fr"))
    assert ("ca", "en") == text.languages


@pytest.mark.parametrize("words", [{}, {"en": ""}, {"en": " \n"}, {"English": "Birth"}, {"en": 3}, "Birth"])
def test_words_need_a_language_and_something_to_say(words):
    with pytest.raises(ValidationError):
        LocalText(words)


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("Đăng ký khai sinh", "dang ky khai sinh"),
        ("ĐẶT  CỌC,\n(lần 2)", "dat coc lan 2"),
        ("Łódź", "lodz"),
        ("Smørrebrød", "smorrebrod"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Crème brûlée", "creme brulee"),
        ("", ""),
        ("…", ""),
    ],
)
def test_people_find_things_without_diacritics_case_or_punctuation(typed, form):
    assert form == search_form(typed)


@given(st.text())
def test_a_search_form_is_its_own_search_form(text):
    assert search_form(text) == search_form(search_form(text))


@given(st.text())
def test_how_a_text_was_encoded_does_not_matter(text):
    assert search_form(unicodedata.normalize("NFD", text)) == search_form(unicodedata.normalize("NFC", text))


@given(st.text(alphabet=VIETNAMESE + VIETNAMESE.upper() + " "))
def test_vietnamese_becomes_ascii(text):
    assert search_form(text).isascii()


@given(st.text(alphabet=VIETNAMESE, min_size=1))
def test_case_does_not_matter(text):
    assert search_form(text) == search_form(text.upper())
