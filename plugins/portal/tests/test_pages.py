"""What each page shows, as a function of a request."""

import pytest

from pilotkit import UnknownError


def _ids(things):
    return [each.id for each in things]


def test_home_offers_the_moments_in_life_that_lead_somewhere(show, make_town):
    assert ["having-a-child", "starting-a-business"] == _ids(show("portal.home").context["events"])
    town = make_town({"model/procedures/ZZ-101.yaml": None})
    assert ["starting-a-business"] == _ids(show("portal.home", town).context["events"])


def test_home_counts_only_the_places_that_are_open(show):
    counts = {str(group.kind): len(group.points) for group in show("portal.home").context["groups"]}
    assert {"centre": 1, "commune_point": 4, "kiosk": 2} == counts


def test_a_list_can_be_narrowed_by_moment_and_by_field(show):
    by_event = show("portal.search", event="having-a-child").context["list"]
    by_field = show("portal.search", domain="civil-registry").context["list"]
    assert ["ZZ-101"] == [each.procedure.code for each in by_event.found]
    assert {"ZZ-101", "ZZ-102"} == {each.procedure.code for each in by_field.found}
    assert {"civil-registry": 2, "trade": 1} == {field.id: count for field, count in by_field.fields}


@pytest.mark.parametrize("page", ["0", "-1", "99999999999", "x", "²"])
def test_a_page_that_is_not_there_is_the_nearest_one(show, page):
    assert 1 == show("portal.search", page=page).context["list"].page


def test_what_the_catalog_does_not_know_narrows_nothing(show):
    assert 3 == show("portal.search", event="nothing", domain="nowhere").context["list"].total


def test_nothing_found_still_offers_every_field(show):
    found = show("portal.search", q="xyzzy").context["list"]
    assert (0, 2) == (found.total, len(found.fields))


def test_a_procedure_says_what_need_not_be_brought(show):
    context = show("portal.procedure", code="ZZ-101").context
    assert ["form", "hospital-note", "power-of-attorney"] == _ids(context["to_bring"])
    assert ["parents-identity"] == _ids(context["known"])


def test_a_procedure_that_nobody_knows_is_not_there(show):
    with pytest.raises(UnknownError, match="there is no procedure 'ZZ-999'"):
        show("portal.procedure", code="ZZ-999")


def test_a_procedure_that_has_ended_is_not_offered_but_can_be_read(show, make_town, town):
    text = (town.folder / "model/procedures/ZZ-102.yaml").read_text() + "valid_to: 2025-07-27\n"
    ended = make_town({"model/procedures/ZZ-102.yaml": text})
    assert "ZZ-102" not in [each.procedure.code for each in show("portal.search", ended).context["list"].found]
    assert show("portal.procedure", ended, code="ZZ-102").context["is_valid"] is False


def test_points_of_one_commune_come_with_their_neighbours(show):
    context = show("portal.points", unit="PA-01").context
    assert ["pa-01", "kiosk-1"] == [point.id for group in context["groups"] for point in group.points]
    assert "pa-02" in _ids(context["near"])
    assert "pa-01" not in _ids(context["near"])


def test_what_is_planned_is_counted_and_nobody_is_sent_there(show):
    context = show("portal.points").context
    assert [("kiosk", ["kiosk-3"])] == [(str(group.kind), _ids(group.points)) for group in context["planned"]]
    assert "kiosk-3" not in _ids(point for group in context["groups"] for point in group.points)
    assert "kiosk-3" not in _ids(context["mapped"])
    assert () == show("portal.points", unit="PA-01").context["planned"]
    assert () == show("portal.points", kind="centre").context["planned"]


def test_a_kind_or_a_commune_that_does_not_exist_narrows_nothing(show):
    groups = show("portal.points", unit="nowhere", kind="castle").context["groups"]
    assert 7 == sum(len(group.points) for group in groups)


def test_kiosks_are_counted_by_commune_when_there_are_many(show, make_town, town):
    rows = (town.folder / "local/points.csv").read_text()
    many = "".join(
        f"many-{n},kiosk,Kiosk {n},PA-0{n % 2 + 1},,,,,,,online,open,invented,synthetic\n" for n in range(60)
    )
    groups = show("portal.points", make_town({"local/points.csv": rows + many})).context["groups"]
    kiosks = groups[-1]
    assert ({"PA-01": 31, "PA-02": 31}, True) == ({c.unit.code: c.count for c in kiosks.clusters}, kiosks.is_folded)
    assert kiosks.is_synthetic


def test_a_point_names_what_it_runs_and_who_runs_it(show):
    context = show("portal.point", id="pa-01").context
    assert ("centre", ["kiosk-1"]) == (context["parent"].id, _ids(context["below"]))
    with pytest.raises(UnknownError):
        show("portal.point", id="nowhere")


def test_help_opens_the_question_that_a_link_asked_for(show):
    assert "no-hospital-note" == show("portal.help", open="no-hospital-note").context["opened"]
