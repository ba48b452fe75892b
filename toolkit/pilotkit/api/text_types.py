"""Text that programs send: bounded, and without the characters that no database keeps."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _without_controls(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("may hold no control characters but tab and line feed")
    return text


Code = Annotated[str, Field(max_length=80), AfterValidator(_without_controls)]
"""A code or an id."""
Words = Annotated[str, Field(max_length=2000), AfterValidator(_without_controls)]
"""What somebody wrote; may be empty."""
Answer = str | int | float | bool | None
"""One answer, or one of a list of answers, to a question of a form."""
Answers = dict[str, Answer | list[Answer]]
"""The answers of a form by question: no deeper, whatever is sent."""
Reason = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_without_controls)]
"""Why something is done."""
