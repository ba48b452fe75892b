"""A measure: among which cases, and which of them count. Both are SQL expressions over documented columns."""

from pilotkit import Certainty, Kpi, LocalText
from {{ cookiecutter.package }}.sources import EXAMPLE

KPIS = (
    Kpi(
        id="{{ cookiecutter.name }}_same_day_share",
        name=LocalText({"en": "Finished within a working day", "vi": "Xong trong một ngày làm việc"}),
        question=LocalText(
            {
                "en": "How many cases are finished within one working day?",
                "vi": "Bao nhiêu hồ sơ xong trong một ngày làm việc?",
            }
        ),
        numerator_name=LocalText(
            {"en": "cases finished within a working day", "vi": "hồ sơ xong trong một ngày làm việc"}
        ),
        denominator_name=LocalText({"en": "cases finished", "vi": "hồ sơ đã xong"}),
        numerator="working_minutes <= 480",
        denominator="is_finished",
        minimum=10,
        board=0,  # first on the board's first row; leave it out, and the measure has its own page only
        reference=EXAMPLE,
        certainty=Certainty.SYNTHETIC,
    ),
)
