"""What a procedure asks, arranged for reading, without making a figure up."""

from pilotkit import Channel, Deadline, DeadlineUnit, Offer, Procedure
from pilotkit_portal.offers import steps_certainty, ways


def _procedure(**offers):
    return Procedure(
        code="X-1", name={"en": "X"}, domain="d", levels=("commune",), reference="r", certainty="high", offers=offers
    )


def test_channels_that_ask_the_same_are_put_together():
    day = Deadline(amount=1, unit=DeadlineUnit.WORKING_DAYS)
    same, other = Offer(deadline=day, fees="free"), Offer(deadline=day)
    found = ways(_procedure(in_person=same, post=other, online=same))
    assert [((Channel.ONLINE, Channel.IN_PERSON), same), ((Channel.POST,), other)] == [
        (way.channels, way.offer) for way in found
    ]


def test_free_and_not_published_are_never_put_together():
    assert 2 == len(ways(_procedure(online=Offer(fees="free"), in_person=Offer())))


def test_a_mark_that_all_steps_have_is_said_once(town):
    assert steps_certainty(town.catalog.procedure("ZZ-101")) is None
