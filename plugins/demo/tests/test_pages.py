from pilotkit import Deployment
from pilotkit.testing import tiny_deployment


def test_the_page_answers_in_each_language(web, tmp_path):
    folder = tiny_deployment(tmp_path, plugins__enabled=["demo"], deployment__languages=["en", "vi"])
    known = len(Deployment(folder).catalog.procedures)
    page = web(folder).get("/en/demo").text
    assert "<title>Demo · Municipality of Port Amber" in page
    assert f"{known} procedures are known here." in page
    assert f"Ở đây có {known} thủ tục." in web(folder).get("/vi/demo").text


def test_where_it_is_not_enabled_there_is_no_such_page(web, tiny):
    assert 404 == web(tiny).get("/en/demo").status_code
