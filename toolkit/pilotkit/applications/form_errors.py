"""What can be wrong with an answer: one message for each kind, which a surface's words translate."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType

MESSAGES = MappingProxyType(
    {
        "required": "Answer this question.",
        "unknown": "This form does not ask that.",
        "not_text": "Answer with text.",
        "not_whole_number": "Enter a whole number, such as 12.",
        "not_number": "Enter a number, such as 12 or 12.5.",
        "not_yes_or_no": "Answer yes or no.",
        "not_a_list": "Choose from the list.",
        "not_date": "Enter a date that exists, as year, month and day.",
        "in_the_future": "Enter a day that has come already.",
        "not_email": "Enter an e-mail address, such as name@example.org.",
        "not_one_of": "Choose one of the answers that are offered.",
        "pattern": "This is not written the way it has to be.",
        "too_short": "Enter at least %(limit)s characters.",
        "too_long": "Enter at most %(limit)s characters.",
        "too_small": "Enter %(limit)s or more.",
        "too_large": "Enter %(limit)s or less.",
        "not_more": "Enter more than %(limit)s.",
        "not_less": "Enter less than %(limit)s.",
        "not_a_step": "Enter a multiple of %(limit)s.",
        "too_few": "Choose at least %(limit)s.",
        "too_many": "Choose at most %(limit)s.",
        "twice": "Choose each answer once.",
        "not_valid": "This answer does not fit.",
    }
)
"""By kind. English, as everywhere in the code; the ids under which translations stand."""


@dataclass(frozen=True)
class FormError:
    """One thing that is wrong with one answer."""

    question: str
    """The name of the property; empty where it is the page as a whole."""
    kind: str
    """One of :data:`MESSAGES`."""
    values: dict[str, str] = field(default_factory=dict)
    """What the message's ``%(…)s`` stand for."""

    @property
    def message(self) -> str:
        """The id of its message."""
        return MESSAGES[self.kind]

    @property
    def text(self) -> str:
        """The message in English."""
        return self.message % self.values
