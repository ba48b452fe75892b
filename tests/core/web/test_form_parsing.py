"""What a form sends is read within bounds and comes out literally."""

import asyncio
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.requests import Request

from pilotkit.web.form_parsing import BODY_SIZE, FIELDS, FILE_SIZE, FILES, LENGTH, literal, read_posted

NAUGHTY = [
    "{{ 7*7 }}",
    "'; DROP TABLE cases;--",
    "<script>alert(1)</script>",
    "%00",
    "مرحبا",
    "é",
    "a\tb\nc",
    "../../x",
]
BOUNDARY = "xyz"


def _read(chunks, kind, read=None):
    """What ``chunks`` become; ``read`` collects how many were asked for."""
    waiting = iter(chunks)

    async def receive():
        chunk = next(waiting, None)
        if read is not None and chunk is not None:
            read.append(len(chunk))
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-type", kind.encode())]}
    return asyncio.run(read_posted(Request(scope, receive)))


def _fields(body):
    return _read([body], "application/x-www-form-urlencoded")


def _part(name, data, file=None):
    names = f'name="{name}"' + (f'; filename="{file}"' if file is not None else "")
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data; {names}\r\n\r\n".encode() + data + b"\r\n"


def _parts(*parts, read=None):
    chunks = [*parts, f"--{BOUNDARY}--\r\n".encode()]
    return _read(chunks, f"multipart/form-data; boundary={BOUNDARY}", read)


def _status(call, *arguments, **more):
    with pytest.raises(HTTPException) as refused:
        call(*arguments, **more)
    return refused.value.status_code


@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_strings_come_out_as_they_went_in(text):
    from urllib.parse import urlencode

    assert text == _fields(urlencode({"a": text}).encode()).get("a")
    assert text == _parts(_part("a", text.encode())).get("a")


@given(st.text(max_size=200))
def test_text_is_literal_but_for_controls_and_composition(text):
    kept = literal(text)
    assert kept == literal(kept)
    assert kept == unicodedata.normalize("NFC", kept)
    assert all(char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs") for char in kept)


def test_line_ends_are_one_character():
    assert "a\nb\nc" == literal("a\r\nb\rc\x00")


def test_values_are_kept_in_their_order():
    assert ("1", "3") == _fields(b"a=1&b=2&a=3").all("a")


def test_a_value_may_be_long_and_not_longer():
    assert LENGTH == len(_fields(b"a=" + b"%F0%9F%98%80" * LENGTH).get("a"))
    assert 413 == _status(_fields, b"a=" + b"x" * (LENGTH + 1))
    assert 413 == _status(_parts, _part("a", b"x" * (LENGTH + 1)))


def test_fields_are_counted():
    assert FIELDS == len(_fields(b"&".join(b"a%d=1" % n for n in range(FIELDS))).fields)
    assert 413 == _status(_fields, b"&".join(b"a=1" for _ in range(FIELDS + 1)))
    assert 413 == _status(_parts, *[_part("a", b"1")] * (FIELDS + 1))


def test_files_are_counted_and_measured():
    assert FILES == len(_parts(*[_part("f", b"1", "a.pdf")] * FILES).files["f"])
    assert 413 == _status(_parts, *[_part("f", b"1", "a.pdf")] * (FILES + 1))
    assert FILE_SIZE == len(_parts(_part("f", b"x" * FILE_SIZE, "a.pdf")).files["f"][0].data)
    assert 413 == _status(_parts, _part("f", b"x" * (FILE_SIZE + 1), "a.pdf"))


def test_what_is_too_much_is_refused_while_it_streams():
    read = []
    megabytes = [b"y" * 1024 * 1024] * 100
    assert 413 == _status(_parts, _part("f", b"", "a.pdf")[:-2], *megabytes, read=read)
    assert sum(read) < FILE_SIZE + 3 * 1024 * 1024
    read = []
    files = [_part("f", b"y" * (FILE_SIZE - 1), "a.pdf")] * 10
    assert 413 == _status(_parts, *files, read=read)
    assert sum(read) < BODY_SIZE + FILE_SIZE + 1024


def test_what_is_announced_as_too_much_is_not_read_at_all():
    async def receive():
        raise AssertionError("it was read")

    headers = [(b"content-length", str(BODY_SIZE + 1).encode())]
    request = Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)
    with pytest.raises(HTTPException) as refused:
        asyncio.run(read_posted(request))
    assert (413, {"connection": "close"}) == (refused.value.status_code, refused.value.headers)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\x\\\\đơn.pdf", "đơn.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("x" * 300 + ".pdf", None),
    ],
)
def test_a_file_s_name_is_a_name(sent, kept):
    name = _parts(_part("f", b"1", sent)).files["f"][0].name
    assert len(name) <= 200
    assert name.endswith(".pdf") or name == "passwd"
    assert kept is None or kept == name


def test_a_file_field_left_empty_is_no_file():
    assert {} == _parts(_part("f", b"", "")).files


@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_what_is_no_form_is_not_read(kind):
    assert 415 == _status(_read, [b"{}"], kind)


@pytest.mark.parametrize(
    "chunks", [[b"nonsense"], [b"--xyz\r\nContent-Disposition: form-data\r\n\r\n1\r\n--xyz--\r\n"]]
)
def test_what_is_a_broken_form_is_refused(chunks):
    assert 400 == _status(_read, chunks, f"multipart/form-data; boundary={BOUNDARY}")
    assert 400 == _status(_read, chunks, "multipart/form-data")
