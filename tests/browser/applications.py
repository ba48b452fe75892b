"""What people who do not exist apply for: the six procedures that the pilot names, each filled in whole."""

from __future__ import annotations

from dataclasses import dataclass, field

Value = str | list[str]
"""Text, an option's value, a day as ``1/7/2025``, ``yes`` or ``no``, or several options."""

PERSON = {
    "name": "Nguyễn Thị Khuyết Danh",
    "identity_number": "001190000001",
    "born": "27/3/1990",
    "phone": "0900 000 001",
}
CHILD = {
    "child_name": "Nguyễn Khuyết Danh",
    "child_sex": "female",
    "child_born": "20/7/2025",
    "child_birthplace": "Bệnh viện Phụ sản Hà Nội",
    "child_ethnicity": "Kinh",
    "child_nationality": "Việt Nam",
    "child_hometown": "Hà Nội",
}
PARENTS = {"relation": "mother", "mother_name": PERSON["name"], "mother_identity": "001190000001", "married": "no"}


@dataclass(frozen=True)
class Applying:
    """One application: how its procedure is looked for, and what is filled in, page by page."""

    procedure: str
    question: str
    """As people write, without marks."""
    pages: tuple[dict[str, Value], ...]
    unit: str | None
    """The commune that decides; None where the province does."""
    papers: tuple[str, ...] = ()
    """The documents that are uploaded."""
    fee: str | None = None
    """What has to be paid at once, as the page writes it."""
    person: dict[str, str] = field(default_factory=lambda: PERSON)


BIRTH = Applying(
    "1.001193",
    "lam giay khai sinh",
    (CHILD, PARENTS, {"copies": "2", "delivery": "online"}),
    "00070",
    papers=("power-of-attorney",),
)
RESIDENCE = Applying(
    "1.004222",
    "nhap ho khau",
    (
        {"new_address": "1 phố Tràng Tiền", "dwelling": "own", "moved_on": "1/7/2025"},
        {"relation": "self", "members": "Nguyễn Khuyết Danh, con"},
    ),
    "00070",
    fee="10.000",
)
RECORD = Applying(
    "3.000333",
    "ly lich tu phap",
    (
        {"number": "1", "bans": "no", "purpose": "work", "copies": "1"},
        {"sex": "female", "places": "3/2004 đến nay, Hà Nội, đi học rồi đi làm", "convictions": "no"},
    ),
    None,
)
SECURITY = Applying(
    "1.011441",
    "the chap so do",
    (
        {
            "role": "giving",
            "giving_name": PERSON["name"],
            "giving_identity": "001190000001",
            "taking_name": "Ngân hàng Không Có Thật",
            "taking_identity": "0100000000",
            "taking_address": "2 phố Tràng Tiền, Hà Nội",
        },
        {"contract_signed": "21/7/2025", "notarised": "yes"},
        {
            "asset": ["land", "house"],
            "certificate_serial": "AB 123456",
            "asset_address": "1 phố Tràng Tiền, Hà Nội",
            "area": "60",
        },
    ),
    "00070",
    papers=("security-contract",),
)
CHILD_THREE_IN_ONE = Applying(
    "2.000986",
    "the bao hiem cho con",
    (
        CHILD,
        PARENTS,
        {
            "child_address": "1 phố Tràng Tiền",
            "householder_name": PERSON["name"],
            "householder_identity": "001190000001",
            "householder_relation": "child",
        },
        {"clinic": "Trạm y tế phường Hoàn Kiếm", "card": "electronic"},
    ),
    "00070",
)
COPY = Applying(
    "2.000815",
    "sao y ban chinh",
    (
        {
            "paper": "Bằng tốt nghiệp đại học",
            "issued_by": "Đại học Quốc gia Hà Nội",
            "is_foreign": "no",
            "pages": "1",
            "copies": "3",
        },
    ),
    "00070",
    papers=("copy-to-certify",),
)
SIX = (BIRTH, RESIDENCE, RECORD, SECURITY, CHILD_THREE_IN_ONE, COPY)
