"""A procedure as data, and the behaviour that data cannot say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pilotkit import (
    Certainty,
    Channel,
    Deadline,
    DeadlineUnit,
    Fee,
    Level,
    LocalText,
    Offer,
    Procedure,
    ProcedureHandler,
    Step,
)
from pilotkit_demo.sources import EXAMPLE

CODE = "DEMO-1"
"""Put the national code in its place."""

PROCEDURES = (
    Procedure(
        code=CODE,
        name=LocalText({"en": "Example procedure", "vi": "Thủ tục ví dụ"}),
        domain="civil-registry",
        levels=(Level.COMMUNE,),
        offers={Channel.ONLINE: Offer(deadline=Deadline(amount=2, unit=DeadlineUnit.WORKING_DAYS), fees="free")},
        steps=(Step(id="decide", name=LocalText({"en": "Decide", "vi": "Giải quyết"}), role="receiving-officer"),),
        reference=EXAMPLE,
        certainty=Certainty.SYNTHETIC,
    ),
)


class ExampleHandler:
    """Behaviour of the example: it asks for a name, and leaves the rest to officers."""

    procedure_code = CODE

    def prefill(self, person: Mapping[str, object]) -> Mapping[str, object]:
        """Return the name that is known already."""
        return {"name": person["name"]} if "name" in person else {}

    def validate(self, answers: Mapping[str, object]) -> Sequence[str]:
        """Return what is wrong with the answers, a sentence each."""
        return () if answers.get("name") else ("Give a name.",)

    def fees(self, answers: Mapping[str, object]) -> Sequence[Fee] | None:  # noqa: ARG002  # the same for everybody
        """Nothing to pay."""
        return ()

    def decide(self, answers: Mapping[str, object], received: datetime) -> str | None:  # noqa: ARG002  # officers decide
        """Rules alone do not decide here."""
        return None


HANDLERS: tuple[ProcedureHandler, ...] = (ExampleHandler(),)
