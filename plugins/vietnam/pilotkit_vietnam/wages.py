"""What an hour is worth in Viet Nam, for compliance costs (Circular 02/2017/TT-VPCP)."""

from __future__ import annotations

from decimal import Decimal

from pilotkit import Certainty, LocalText
from pilotkit.data import HourlyWage

GDP_2023 = Decimal(10_320_311_814_700_000)
"""Đồng at current prices (OECD Economic Surveys: Viet Nam 2025, basic statistics of 2023)."""
POPULATION_2023 = Decimal(100_300_000)
"""People (the same table)."""
HOURS_A_YEAR = 12 * 22 * 8
"""Working hours: 12 months of 22 days of 8 hours. Practice; not held against the circular, hence the certainty."""

WAGES = (
    HourlyWage(
        id="vn.hour-2023",
        name=LocalText({"vi": "Thu nhập bình quân một giờ, năm 2023", "en": "Average income an hour, 2023"}),
        amount=(GDP_2023 / POPULATION_2023 / HOURS_A_YEAR).quantize(Decimal(1)),
        basis=LocalText(
            {
                "vi": "GDP bình quân đầu người khoảng 102,9 triệu đồng chia cho 12 tháng × 22 ngày × 8 giờ",
                "en": "GDP per person, about 102.9 million đồng, over 12 months × 22 days × 8 hours",
            }
        ),
        reference="oecd-survey-2025",
        certainty=Certainty.LOW,
    ),
)
