"""What a procedure asks, arranged for reading, without making a figure up."""

from pilotkit import Certainty, Channel, Deadline, DeadlineUnit, Offer, Procedure
from pilotkit_portal.procedure_summary import offers_certainty, steps_certainty, ways


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


def test_a_mark_that_all_times_and_fees_have_is_said_once():
    day = Deadline(amount=1, unit=DeadlineUnit.WORKING_DAYS, certainty=Certainty.MEDIUM)
    sure, unsure = (
        Offer(deadline=day, fees="free", fees_certainty=each) for each in (Certainty.HIGH, Certainty.MEDIUM)
    )
    assert Certainty.MEDIUM == offers_certainty(_procedure(online=unsure, in_person=unsure))
    assert offers_certainty(_procedure(online=unsure, in_person=sure)) is None


def test_what_is_not_published_has_no_mark():
    assert offers_certainty(_procedure(online=Offer())) is None
