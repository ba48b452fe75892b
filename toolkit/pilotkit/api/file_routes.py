"""Files in and out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal
from urllib.parse import quote

from fastapi import HTTPException, Response, UploadFile

from pilotkit.model.personal import Attachment, Content

LARGEST = 10 * 1024 * 1024
"""Bytes of one file."""


def content_of(document: str, file: UploadFile, kind: Literal["submitted", "result"] = "submitted") -> Content:
    """Return an uploaded file as the case side takes it."""
    data = file.file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "A file may have at most 10 MB.")
    return Content(
        kind=kind,
        document=document,
        name=(file.filename or "file")[-200:],
        media_type=(file.content_type or "application/octet-stream")[:100],
        data=data,
    )


def answer_with(attachment: Attachment, data: bytes) -> Response:
    """Return a file on its way out: never shown inside a page of this site."""
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(attachment.name, safe='')}",
        "cache-control": "no-store",
    }
    return Response(data, media_type=attachment.media_type, headers=headers)
