from pilotkit import Deployment
from pilotkit.testing import tiny_deployment


def test_the_page_answers_in_each_language(web, tmp_path):
    folder = tiny_deployment(tmp_path, plugins__enabled=["{{ cookiecutter.name }}"], deployment__languages=["en", "vi"])
    known = len(Deployment(folder).catalog.procedures)
    page = web(folder).get("/en/{{ cookiecutter.name }}").text
    assert "<title>{{ cookiecutter.title }} · Municipality of Port Amber" in page
    assert f"{known} procedures are known here." in page
    assert f"Ở đây có {known} thủ tục." in web(folder).get("/vi/{{ cookiecutter.name }}").text


def test_where_it_is_not_enabled_there_is_no_such_page(web, tiny):
    assert 404 == web(tiny).get("/en/{{ cookiecutter.name }}").status_code
