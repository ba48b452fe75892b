"""The national portal's code lists, each value beside pilotkit's own word for it."""

from __future__ import annotations

from pilotkit import Certainty, Channel, LocalText
from pilotkit.cases import CaseStatus
from pilotkit.data import Code, CodeList

_REFERENCE = (
    "Cổng Dịch vụ công quốc gia, dossier synchronisation; reconstructed from public clients of it, "
    "not from a published specification"
)


def _code(code: int, vi: str, en: str, maps_to: CaseStatus | Channel) -> Code:
    return Code(code=str(code), name=LocalText({"vi": vi, "en": en}), maps_to=maps_to.value)


CASE_STATUS = CodeList(
    id="vn.case_status",
    name=LocalText({"vi": "Trạng thái hồ sơ", "en": "Case status"}),
    reference=_REFERENCE,
    certainty=Certainty.MEDIUM,
    codes=(
        _code(1, "Mới đăng ký", "Newly registered", CaseStatus.REGISTERED),
        _code(2, "Được tiếp nhận", "Accepted", CaseStatus.ACCEPTED),
        _code(3, "Không được tiếp nhận", "Not accepted", CaseStatus.REFUSED),
        _code(4, "Đang xử lý", "Being processed", CaseStatus.PROCESSING),
        _code(5, "Yêu cầu bổ sung giấy tờ", "Supplement requested", CaseStatus.SUPPLEMENT_REQUESTED),
        _code(
            6, "Yêu cầu thực hiện nghĩa vụ tài chính", "Financial obligation requested", CaseStatus.PAYMENT_REQUESTED
        ),
        _code(7, "Công dân yêu cầu rút hồ sơ", "Withdrawn by the citizen", CaseStatus.WITHDRAWN),
        _code(8, "Dừng xử lý", "Processing stopped", CaseStatus.STOPPED),
        _code(9, "Đã xử lý xong", "Processed", CaseStatus.FINISHED),
        _code(10, "Đã trả kết quả", "Result returned", CaseStatus.RETURNED),
    ),
)
"""Status of a dossier (trạng thái hồ sơ). The portal counts 9, 10 and 7 as done; the clock rests in 5, 6 and 8."""

CHANNEL = CodeList(
    id="vn.channel",
    name=LocalText({"vi": "Hình thức nộp hồ sơ", "en": "Channel of application"}),
    reference=_REFERENCE,
    certainty=Certainty.MEDIUM,
    codes=(
        _code(1, "Trực tiếp", "In person", Channel.IN_PERSON),
        _code(2, "Trực tuyến", "Online", Channel.ONLINE),
        _code(3, "Bưu chính công ích", "Public postal service", Channel.POST),
    ),
)
"""How a dossier reached the administration (hình thức nộp)."""

CODE_LISTS = (CASE_STATUS, CHANNEL)
