import pytest

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PERSON = {"name": "Sample Person <b>&", "identity_number": "000000000001"}


@pytest.fixture
def draft(api):
    """The headers of a new draft."""
    return {"x-draft-token": api.post("/drafts", json={"procedure": "ZZ-101"}).json()["token"]}


@pytest.fixture
def sent(api, draft):
    """The receipt of an application that was sent."""
    assert 204 == api.put("/draft/person", json={"person": PERSON, "unit": "PA-01"}, headers=draft).status_code
    required = [each for each in api.get("/procedures/ZZ-101").json()["documents"] if each["required"]]
    for each in required:
        kept = api.post(
            "/draft/attachments", data={"document": each["id"]}, files={"file": ("1.pdf", PDF)}, headers=draft
        )
        assert 201 == kept.status_code, kept.text
    answer = api.post("/draft/submission", headers=draft)
    assert 201 == answer.status_code, answer.text
    return answer.json()


def test_what_was_filled_in_is_there_when_one_comes_back(api, draft):
    api.put("/draft/person", json={"person": PERSON, "unit": "PA-01"}, headers=draft)
    kept = api.get("/draft", headers=draft).json()
    assert (PERSON["name"], "PA-01") == (kept["person"]["name"], kept["unit"])


@pytest.mark.parametrize("depth", [2, 500, 700, 900, 5_000])
def test_an_answer_inside_lists_without_end_is_refused(api, draft, depth):
    nested = f'{{"answer": {"[" * depth}1{"]" * depth}}}'
    headers = {**draft, "content-type": "application/json"}
    answer = api.put("/draft/pages/paper", content=nested, headers=headers)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_missing_is_named_and_nothing_is_sent(api, draft):
    answer = api.post("/draft/submission", headers=draft)
    assert 409 == answer.status_code
    assert {"person", "unit"} <= {each["at"] for each in answer.json()["errors"]}


def test_an_application_sent_twice_is_one_case_with_the_same_key(api, draft, sent):
    assert sent == api.post("/draft/submission", headers=draft).json()


def test_the_code_shows_where_it_stands_and_nothing_of_the_person(api, sent):
    code = sent["case"]["code"]
    tracked = api.get(f"/tracking/{code}")
    assert "accepted" == tracked.json()["status"]
    assert "Sample" not in tracked.text


def test_the_key_opens_one_s_own_case_and_a_wrong_one_finds_nothing(api, sent):
    code, key = sent["case"]["code"], sent["follow_key"]
    mine = api.get(f"/followed/{code}", headers={"x-follow-key": key}).json()
    assert PERSON["name"] == mine["file"]["person"]["name"]
    wrong = api.get(f"/followed/{code}", headers={"x-follow-key": "0000-0000-0000"})
    missing = api.get("/followed/PA-000000-0000", headers={"x-follow-key": key})
    assert [404, 404] == [wrong.status_code, missing.status_code]
    assert wrong.json()["title"] == missing.json()["title"]


def test_a_supplement_is_answered_and_the_clock_goes_on(api, as_account, sent):
    code, key = sent["case"]["code"], {"x-follow-key": sent["follow_key"]}
    document = api.get("/procedures/ZZ-101").json()["documents"][0]["id"]
    verb = {"kind": "supplement_requested", "reason": "Page two is missing."}
    assert 201 == api.post(f"/cases/{code}/events", json=verb, headers=as_account("registrar-pa-01")).status_code
    answer = api.post(
        f"/followed/{code}/supplement",
        data={"document": document, "note": "Here it is."},
        files={"file": ("2.pdf", PDF)},
        headers=key,
    )
    assert ("processing", None) == (answer.json()["status"], answer.json()["waiting_since"])


def test_it_can_be_taken_back_and_then_rated(api, sent):
    code, key = sent["case"]["code"], {"x-follow-key": sent["follow_key"]}
    early = api.put(f"/followed/{code}/rating", json={"score": 5}, headers=key)
    assert 409 == early.status_code
    assert (
        "withdrawn" == api.post(f"/followed/{code}/withdrawal", json={"reason": "Done."}, headers=key).json()["status"]
    )
    assert 204 == api.put(f"/followed/{code}/rating", json={"score": 4, "comment": "Quick."}, headers=key).status_code
    assert 4 == api.get(f"/followed/{code}", headers=key).json()["rating"]["score"]


def test_a_file_of_a_kind_that_is_not_taken_says_which_are(api, draft):
    document = api.get("/procedures/ZZ-101").json()["documents"][0]["id"]
    answer = api.post(
        "/draft/attachments", data={"document": document}, files={"file": ("x.exe", b"MZ\x90\x00")}, headers=draft
    )
    assert 409 == answer.status_code
    assert "x.exe" in answer.json()["detail"]


def test_nothing_is_to_be_paid_where_nothing_was_asked(api, sent):
    key = {"x-follow-key": sent["follow_key"]}
    assert None is api.get(f"/followed/{sent['case']['code']}/payment", headers=key).json()
