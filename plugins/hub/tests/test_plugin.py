import re

from pilotkit.testing.contract import contract_problems


def test_the_plugin_keeps_the_contract(tmp_path):
    assert () == contract_problems("hub", tmp_path)


def test_without_signing_in_no_page_shows_anything(ministry):
    for path in ("/provinces", "/comparison", "/releases", "/receipts", "/provinces/PA", "/releases/notes"):
        answer = ministry.guest.get(f"/en/hub{path}")
        assert (303, True) == (answer.status_code, "/sign-in" in answer.headers["location"]), path


def test_vietnamese_pages_keep_no_english_sentence(ministry, receipt):
    ministry.take(receipt("PA"))
    for path in ("/provinces", "/comparison", "/releases", "/receipts", "/provinces/PA", "/provinces/PB"):
        page = ministry.get(f"/vi/hub{path}")
        assert 200 == page.status, path
        assert not re.search(r"Which province|Comparison|Receipts|Nothing|Blocked|Figures|There is no", page.words), (
            path
        )
