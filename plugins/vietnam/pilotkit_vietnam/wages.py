"""What an hour is worth in Viet Nam, for compliance costs (Circular 02/2017/TT-VPCP)."""

from __future__ import annotations

from decimal import Decimal

from pilotkit import Certainty, HourlyWage, LocalText

GDP_PER_PERSON_2024 = Decimal(114_000_000)
"""Đồng a year at current prices: about 114 million, as the statistics office announced in January 2025 (press)."""
HOURS_A_YEAR = 12 * 22 * 8
"""Working hours: 12 months of 22 days of 8 hours. Practice of the assessment forms; not held against the circular."""

WAGES = (
    HourlyWage(
        id="vn.hour-2024",
        name=LocalText({"vi": "Thu nhập bình quân một giờ, năm 2024", "en": "Average income an hour, 2024"}),
        amount=(GDP_PER_PERSON_2024 / HOURS_A_YEAR).quantize(Decimal(1)),
        basis=LocalText(
            {
                "vi": "GDP bình quân đầu người khoảng 114 triệu đồng chia cho 12 tháng × 22 ngày × 8 giờ",
                "en": "GDP per person, about 114 million đồng, over 12 months × 22 days × 8 hours",
            }
        ),
        reference="general-knowledge",
        certainty=Certainty.LOW,
    ),
)
