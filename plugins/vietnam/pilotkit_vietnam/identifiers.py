"""How national identifiers look. ``pilot.toml`` chooses which of them hold; digits are ASCII digits only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pilotkit import Certainty
from pilotkit.data import IdentifierPattern

_MONTH_DAY = "(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"

PROCEDURE = IdentifierPattern(
    id="vn.procedure",
    kind="procedure",
    pattern=r"[0-9]\.[0-9]{6}(\.000\.00\.00\.H[0-9]{2})?",
    example="1.001193",
    reference="National procedure database; a province's own copy adds .000.00.00.Hnn",
    certainty=Certainty.MEDIUM,
)

RESULT = IdentifierPattern(
    id="vn.result",
    kind="result",
    pattern=r"KQ\.[GH][0-9]{2}\.[0-9]{5,6}",
    example="KQ.G15.000031",
    reference="National procedure database: KQ.Gnn.nnnnnn. Published too: five digits (KQ.G01.00263, KQ.G12.01128) "
    "and a province's own result (KQ.H17.000039)",
    certainty=Certainty.MEDIUM,
)

CASE_2018 = IdentifierPattern(
    id="vn.case.2018",
    kind="case",
    pattern=rf"[0-9]{{3}}\.[0-9]{{2}}\.[0-9]{{2}}\.[A-Z][0-9]{{2}}-[0-9]{{2}}{_MONTH_DAY}-[0-9]{{4,}}",
    example="000.00.01.H26-250724-0001",
    template="{prefix}-{yymmdd}-{number:04d}",
    reference="Circular 01/2018/TT-VPCP, art. 19: V1V2V3.Z1Z2.Y1Y2.MX1X2-YYMMDD-XXXX. "
    "More than four digits are allowed here, so that the 10,000th dossier of a day has a code",
    certainty=Certainty.MEDIUM,
)

CASE_2026 = IdentifierPattern(
    id="vn.case.2026",
    kind="case",
    pattern=rf"[A-Z][0-9]{{2}}\.[0-9]{{2}}-[0-9]{{4}}{_MONTH_DAY}-[0-9]{{7,}}",
    example="G09.20-20260609-0092637",
    template="{prefix}-{yyyymmdd}-{number:07d}",
    reference="Seen in one ministry's adapter in 2026; no published rule found",
    certainty=Certainty.LOW,
)

UNIT = IdentifierPattern(
    id="vn.unit",
    kind="unit",
    pattern="[0-9]{2}|[0-9]{5}",
    example="00070",
    reference="National register of administrative units in force from 1 July 2025: province two digits, commune five",
    certainty=Certainty.HIGH,
)

PATTERNS = (PROCEDURE, RESULT, CASE_2018, CASE_2026, UNIT)

DOSSIER_CODES: Mapping[str, str] = MappingProxyType({"01": "H26"})
"""Province code → the ``Hnn`` that its dossiers and procedure copies carry, where a source states it."""
