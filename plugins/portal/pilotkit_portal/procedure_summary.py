"""What a procedure asks and gives, arranged for reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pilotkit import Channel

if TYPE_CHECKING:
    from pilotkit import Certainty, Document, Offer, Procedure


@dataclass(frozen=True)
class Way:
    """Channels that ask the same time and the same money."""

    channels: tuple[Channel, ...]
    offer: Offer


def ways(procedure: Procedure) -> tuple[Way, ...]:
    """Return the ways to apply, those alike put together; online first, because it saves the journey."""
    order = [Channel.ONLINE, Channel.IN_PERSON, Channel.POST]
    found: list[Way] = []
    for channel in order:
        offer = procedure.offer(channel)
        if offer is None:
            continue
        alike = next((way for way in found if _facts(way.offer) == _facts(offer)), None)
        if alike is None:
            found.append(Way((channel,), offer))
        else:
            found[found.index(alike)] = Way((*alike.channels, channel), alike.offer)
    return tuple(found)


def _facts(offer: Offer) -> tuple[object, ...]:
    return offer.deadline, offer.fees, offer.fees_certainty


def to_bring(procedure: Procedure) -> tuple[Document, ...]:
    """Return the papers a person must see to: first those that everybody needs."""
    mine = (document for document in procedure.documents if not document.reusable_from)
    return tuple(sorted(mine, key=lambda document: not document.required))


def steps_certainty(procedure: Procedure) -> Certainty | None:
    """How sure all steps are, if equally so: then it is said once and not at each of them."""
    marks = {step.certainty for step in procedure.steps}
    return marks.pop() if len(marks) == 1 else None


def offers_certainty(procedure: Procedure) -> Certainty | None:
    """How sure every time and fee is, if equally so: then it is said once and not at each of them."""
    marks = {mark for offer in procedure.offers.values() for mark in _certainties(offer)}
    return marks.pop() if len(marks) == 1 else None


def _certainties(offer: Offer) -> tuple[Certainty | None, ...]:
    """Those of what is published: what is absent needs no mark."""
    deadline = (offer.deadline.certainty,) if offer.deadline else ()
    return (*deadline, offer.fees_certainty) if offer.fees else deadline


def already_known(procedure: Procedure) -> tuple[Document, ...]:
    """Return the papers that a register holds already: nobody is asked for them twice."""
    return tuple(document for document in procedure.documents if document.reusable_from)
