"""Maps and lines show what there is, to scale, and nothing that there is not."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pilotkit import AdministrativeUnit, Certainty, PointKind, ServicePoint
from pilotkit.web.svg_geometry import line_points, point_map

places = st.tuples(st.floats(-80, 80), st.floats(-170, 170))


def _unit(code, at, area=None):
    return AdministrativeUnit(
        scheme="zz", code=code, valid_from=date(2025, 7, 1), name=code, kind="quarter", level="commune",
        latitude=at[0] if at else None, longitude=at[1] if at else None, area_km2=area,
    )  # fmt: skip


def _point(id_, unit, at=None):
    return ServicePoint(
        id=id_, kind=PointKind.KIOSK, name=id_, unit=unit, reference="x", certainty=Certainty.HIGH,
        latitude=at[0] if at else None, longitude=at[1] if at else None,
    )  # fmt: skip


@given(st.lists(places, min_size=1, max_size=30))
def test_everything_with_a_position_is_inside_the_frame(positions):
    drawn = point_map([], [_point(f"p{n}", "u", at) for n, at in enumerate(positions)])
    assert len(positions) == len(drawn.markers)
    assert all(0 <= each.x <= drawn.width + 0.2 and 0 <= each.y <= drawn.height + 0.2 for each in drawn.markers)


@given(places)
def test_north_is_up_and_east_is_right(at):
    drawn = point_map([], [_point("here", "u", at), _point("there", "u", (at[0] + 1, at[1] + 1))])
    here, there = drawn.markers
    assert there.y < here.y
    assert there.x > here.x


def test_a_point_without_a_position_stands_where_its_unit_does():
    drawn = point_map([_unit("a", (10, 20), 5), _unit("b", (11, 21), 5)], [_point("p", "b")])
    assert (drawn.land[1].x, drawn.land[1].y) == (drawn.markers[0].x, drawn.markers[0].y)


def test_what_has_no_position_at_all_is_not_drawn():
    drawn = point_map([_unit("a", None)], [_point("p", "a"), _point("q", "elsewhere")])
    assert not drawn
    assert ((), ()) == (drawn.land, drawn.markers)


def test_a_unit_four_times_as_large_is_twice_as_wide():
    small, large = point_map([_unit("a", (10, 20), 25), _unit("b", (11, 21), 100)], []).land
    assert 1.95 < large.radius / small.radius < 2.05


def test_a_map_around_a_unit_has_it_in_the_middle():
    units = [_unit("a", (10, 20), 5), _unit("far", (12, 25), 5)]
    drawn = point_map(units, [], around=units[0])
    assert abs(drawn.land[0].x - drawn.width / 2) < 1
    assert abs(drawn.land[0].y - drawn.height / 2) < 1


def test_a_day_that_is_not_known_is_a_gap_and_not_a_nought():
    assert "0.0,0.0 20.0,10.0" == line_points([100, None, 0], 20, 10, 0, 100)


def test_a_line_may_be_of_decimals_and_of_one_height():
    assert "0.0,10.0 20.0,10.0" == line_points([Decimal(80), Decimal(80)], 20, 10, Decimal(80), Decimal(80))


def test_what_is_out_of_sight_is_not_drawn():
    units = [_unit("a", (10, 20), 5), _unit("far", (12, 25), 5)]
    drawn = point_map(units, [_point("here", "a"), _point("there", "far")], around=units[0])
    assert ["a"] == [land.unit.code for land in drawn.land]
    assert ["here"] == [marker.point.id for marker in drawn.markers]


@given(st.lists(st.none() | st.floats(-1e6, 1e6), max_size=30))
def test_a_line_stays_inside_its_box(values):
    for pair in line_points(values, 96, 24, 0, 100).split():
        x, y = map(float, pair.split(","))
        assert 0 <= x <= 96
        assert 0 <= y <= 24
