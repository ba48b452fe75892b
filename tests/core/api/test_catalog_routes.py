def test_lists_come_a_page_at_a_time(api):
    first = api.get("/procedures", params={"size": 2}).json()
    second = api.get("/procedures", params={"size": 2, "page": 2}).json()
    assert (2, True, 1, False) == (len(first["items"]), first["has_more"], len(second["items"]), second["has_more"])
    codes = [each["code"] for each in (*first["items"], *second["items"])]
    assert ["ZZ-101", "ZZ-102", "ZZ-201"] == codes


def test_procedures_are_found_by_their_words_without_marks(api):
    assert ["ZZ-101"] == [each["code"] for each in api.get("/procedures", params={"q": "NAISSANCE"}).json()["items"]]


def test_a_procedure_says_what_is_published_and_leaves_out_what_is_not(api):
    procedure = api.get("/procedures/ZZ-101").json()
    assert {"online", "in_person"} <= set(procedure["offers"])


def test_points_and_units_are_there(api):
    assert "pa-01" in [each["id"] for each in api.get("/points", params={"unit": "PA-01"}).json()["items"]]
    assert "PA-01" == api.get("/units/PA-01").json()["code"]


def test_a_figure_says_as_of_when_and_by_which_definition(api):
    kpi = api.get("/kpis").json()[0]["id"]
    (total, *_) = api.get(f"/kpis/{kpi}/values").json()
    assert kpi == total["kpi"]
    assert total["definition_hash"]
    assert total["as_of"]


def test_the_document_names_every_operation_once_and_its_problems(api):
    document = api.get("/openapi.json").json()
    operations = [each for path in document["paths"].values() for each in path.values()]
    assert len(operations) == len({each["operationId"] for each in operations})
    assert all("4XX" in each["responses"] for each in operations)
    assert all(each.get("description") for each in operations)
