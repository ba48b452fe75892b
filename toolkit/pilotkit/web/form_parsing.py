"""What a form sent, read within bounds: refused while it streams, not after it has filled the memory."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncGenerator, Iterable, Iterator
from http import HTTPStatus
from typing import TypeVar

from python_multipart.exceptions import FormParserError
from starlette.datastructures import FormData as RawForm
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from pilotkit.model.surface import FormData, Upload

FIELDS = 200
LENGTH = 20_000
"""Characters of one value."""
FILES = 20
FILE_SIZE = 10 * 1024 * 1024
"""Bytes of one file."""
BODY_SIZE = 60 * 1024 * 1024
"""Bytes of everything together."""
NAME_LENGTH = 200
"""Characters of a field's or a file's name."""
_FIELD_SIZE = LENGTH * 12 + NAME_LENGTH
"""A character of four bytes takes twelve where each is written as a percent sign and two digits."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but for line end and tab (Unicode Cc), and halves of pairs, which no database takes."""
_T = TypeVar("_T")


async def read_body(request: Request) -> bytes:
    """Return what a machine sent, whole.

    Raises:
        HTTPException: 413 where it is more than one file may be, 400 where it breaks off.
    """
    data = bytearray()
    try:
        async for piece in request.stream():
            data += piece
            if len(data) > FILE_SIZE:
                raise _too_much()
    except ClientDisconnect:
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None
    return bytes(data)


async def read_posted(request: Request) -> FormData:
    """Return the fields and files of a request's body.

    Raises:
        HTTPException: 413 where it is more than the bounds allow, 415 where it is no form, 400 where it is broken.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > BODY_SIZE:
        raise _too_much()
    try:
        form = await _parser(request).parse()
    except (MultiPartException, FormParserError, ClientDisconnect) as problem:
        # Starlette tells its bounds apart from broken forms by words only
        is_bound = str(getattr(problem, "message", "")).startswith(("Too many", "Field exceeded", "Part exceeded"))
        raise _too_much() if is_bound else HTTPException(HTTPStatus.BAD_REQUEST) from None
    try:
        return await _posted(form)
    finally:
        await form.close()


def literal(text: str) -> str:
    """``text`` as it was meant: NFC (UAX 15), one kind of line end, no control characters; otherwise untouched."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub("", lines))


class _Parser(MultiPartParser):
    """Starlette's parser with a bound on each file."""

    size = 0

    def on_part_begin(self) -> None:
        """Begin a new part."""
        self.size = 0
        super().on_part_begin()

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        """Add a piece to a part, or refuse what is too much."""
        self.size += end - start
        if self.size > FILE_SIZE:
            raise _too_much()
        super().on_part_data(data, start, end)


def _parser(request: Request) -> FormParser | MultiPartParser:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    stream = _bounded(request)
    if kind == "multipart/form-data":
        return _Parser(request.headers, stream, max_files=FILES, max_fields=FIELDS, max_part_size=_FIELD_SIZE)
    if kind in ("application/x-www-form-urlencoded", ""):
        return FormParser(request.headers, stream, max_fields=FIELDS, max_part_size=_FIELD_SIZE)
    raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


async def _bounded(request: Request) -> AsyncGenerator[bytes, None]:
    total = 0
    async for chunk in request.stream():
        total += len(chunk)
        if total > BODY_SIZE:
            raise _too_much()
        yield chunk


async def _posted(form: RawForm) -> FormData:
    fields, files = [], []
    for key, value in form.multi_items():
        name = literal(key)[:NAME_LENGTH]
        if isinstance(value, str):
            fields.append((name, _short(literal(value))))
        elif value.filename:  # a file field left empty comes without a name
            files.append((name, await _upload(value)))
    return FormData(fields=_grouped(fields), files=_grouped(files))


async def _upload(file: UploadFile) -> Upload:
    name = literal(re.split(r"[/\\]", file.filename or "")[-1]).replace("\n", "").replace("\t", " ")
    stem, dot, suffix = name.rpartition(".")
    if len(name) > NAME_LENGTH:
        name = f"{stem[: NAME_LENGTH - 20]}{dot}{suffix[:19]}"
    return Upload(name or "file", (file.content_type or "")[:NAME_LENGTH], await file.read())


def _short(value: str) -> str:
    if len(value) > LENGTH:
        raise _too_much()
    return value


def _grouped(pairs: Iterable[tuple[str, _T]]) -> dict[str, tuple[_T, ...]]:
    grouped: dict[str, list[_T]] = {}
    for key, value in pairs:
        grouped.setdefault(key, []).append(value)
    return dict(_frozen(grouped))


def _frozen(grouped: dict[str, list[_T]]) -> Iterator[tuple[str, tuple[_T, ...]]]:
    for key, values in grouped.items():
        yield key, tuple(values)


def _too_much() -> HTTPException:
    """Return the connection is closed with it: what is still coming would only be read to be thrown away."""
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, headers={"connection": "close"})
