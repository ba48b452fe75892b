def test_what_is_not_there_is_a_problem_with_what_and_what_to_do(api):
    answer = api.get("/procedures/ZZ-999")
    assert (404, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "there is no procedure 'ZZ-999' in this deployment.",
        "remedy": "Check the code's spelling.",
        "errors": [],
    } == answer.json()


def test_a_wrong_request_says_where_it_is_wrong(api):
    answer = api.get("/procedures", params={"page": "0", "size": "1000"})
    assert (422, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert ["query.page", "query.size"] == [each["at"] for each in answer.json()["errors"]]


def test_an_unknown_key_is_refused_and_not_passed_over(api):
    answer = api.post("/drafts", json={"procedure": "ZZ-101", "prcedure": "ZZ-102"})
    assert ["body.prcedure"] == [each["at"] for each in answer.json()["errors"]]


def test_a_token_that_is_not_known_is_told_to_sign_in_again(api):
    answer = api.get("/session", headers={"authorization": "Bearer nothing"})
    assert (401, "Bearer") == (answer.status_code, answer.headers["www-authenticate"])
    assert "Sign in again" in answer.json()["detail"]


def test_a_wrong_password_is_not_told_apart_from_an_unknown_login(api, tokens):
    answers = [
        api.post("/sessions", json={"login": login, "password": "not it", "code": "000000"})
        for login in ("counter-pa-01", "nobody")
    ]
    assert [401, 401] == [answer.status_code for answer in answers]
    assert answers[0].json() == answers[1].json()


def test_a_body_is_refused_as_soon_as_it_is_too_large(api):
    answer = api.post("/drafts", content=b" " * (1024 * 1024 + 1), headers={"content-type": "application/json"})
    assert (413, "application/problem+json") == (answer.status_code, answer.headers["content-type"])


def test_control_characters_are_refused(api):
    answer = api.post("/drafts", json={"procedure": "ZZ-101\x00"})
    assert 422 == answer.status_code
    assert "control characters" in answer.json()["errors"][0]["message"]
    assert 422 == api.get("/tracking/%00").status_code


def test_a_path_that_leads_nowhere_and_a_method_that_is_not_offered_are_problems_too(api):
    for answer, status in ((api.get("/nowhere"), 404), (api.delete("/procedures"), 405)):
        assert (status, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
