"""Cells of a map meet and do not overlap, and every place stands in its own."""

import math

from hypothesis import given
from hypothesis import strategies as st

from pilotkit.web.power_diagram import Disc, cells

discs = st.lists(
    st.builds(Disc, st.integers(0, 60).map(float), st.integers(0, 60).map(float), st.integers(1, 40).map(float)),
    min_size=1,
    max_size=12,
    unique_by=lambda disc: (disc.x, disc.y),
)


def _area(corners):
    pairs = zip(corners, [*corners[1:], *corners[:1]], strict=True)
    return sum(x * ahead_y - ahead_x * y for (x, y), (ahead_x, ahead_y) in pairs) / 2


def _holds(corners, x, y, slack=1e-6):
    pairs = zip(corners, [*corners[1:], *corners[:1]], strict=True)
    return all(
        (ahead_x - at_x) * (y - at_y) - (ahead_y - at_y) * (x - at_x) >= -slack
        for (at_x, at_y), (ahead_x, ahead_y) in pairs
    )


def test_a_disc_alone_stays_round():
    (corners,) = cells([Disc(0, 0, 10)])
    assert 0.98 < _area(corners) / (math.pi * 100) < 1


def test_two_alike_share_what_they_both_cover():
    left, right = cells([Disc(0, 0, 10), Disc(10, 0, 10)])
    assert max(x for x, _ in left) == min(x for x, _ in right) == 5


def test_discs_that_do_not_touch_leave_each_other_alone():
    near, far = cells([Disc(0, 0, 10), Disc(100, 0, 10)])
    assert abs(_area(near) - _area(far)) < 1e-6


def test_two_with_one_middle_are_both_drawn_whole():
    outer, inner = cells([Disc(0, 0, 10), Disc(0, 0, 5)])
    assert _area(outer) > _area(inner) > 0


@given(discs)
def test_every_middle_is_in_its_own_cell(found):
    for disc, corners in zip(found, cells(found), strict=True):
        assert _holds(corners, disc.x, disc.y)


@given(discs)
def test_no_middle_is_in_another_s_cell(found):
    for disc, corners in zip(found, cells(found), strict=True):
        assert not any(_holds(corners, other.x, other.y, slack=-1e-6) for other in found if other != disc)
