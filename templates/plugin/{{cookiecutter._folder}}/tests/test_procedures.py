from pilotkit import Deployment
from pilotkit.testing import tiny_deployment
from {{ cookiecutter.package }}.procedures import CODE, HANDLERS


def test_the_procedure_is_offered(tmp_path):
    catalog = Deployment(tiny_deployment(tmp_path, plugins__enabled=["{{ cookiecutter.name }}"])).catalog
    assert "Example procedure" == catalog.procedure(CODE).name.in_language("en")


def test_an_application_without_a_name_is_told_what_is_wrong():
    (handler,) = HANDLERS
    assert ("Give a name.",) == handler.validate({})
    assert () == handler.validate(handler.prefill({"name": "A. Person"}))
