"""Who looks at a personal file says why, and that is kept; what may be attached is found from what is in it."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from pilotkit import CaseError, DataError, Deployment, UnknownError
from pilotkit.cases import Application
from pilotkit.casework.attachment_types import MAX_FILES, MAX_SIZE, checked
from pilotkit.casework.case_service import CaseService
from pilotkit.casework.personal_files import PersonalFiles
from pilotkit.model.personal import Content, FileRead, Person
from pilotkit.services import Services
from pilotkit.storage.store import Store
from pilotkit.storage.vault import KEYS, Vault, new_entry
from pilotkit.testing import Clock

VAULT = Vault({"a": b"\x01" * 32})
PERSON = Person(name="Gwendolyn Generated", identity_number="001-099")
PDF = Content(document="form", name="form.pdf", media_type="?", data=b"%PDF-1.7 x")


def application(**changes: object) -> Application:
    said = {"procedure": "ZZ-101", "channel": "online", "unit": "PA-01", "actor": "citizen", "person": PERSON}
    return Application(**said | {"contents": (PDF,)} | changes)


@pytest.fixture
def casework(town: Deployment, store: Store) -> CaseService:
    return CaseService(town, store, Clock(), VAULT)


@pytest.fixture
def files(store: Store) -> PersonalFiles:
    return PersonalFiles(store, VAULT, Clock())


def test_every_look_is_kept_with_who_and_why(casework: CaseService, files: PersonalFiles) -> None:
    code = casework.receive(application()).code
    (scan,) = files.file(code, "counter-1", "to decide").attachments
    files.content(code, scan.id, "citizen", " own case ")
    expected = (("counter-1", "to decide", "file"), ("citizen", "own case", scan.id))
    assert expected == tuple((each.reader, each.reason, each.part) for each in files.reads(code))
    assert (
        FileRead(at=Clock()(), case=code, reader="counter-1", reason="to decide", part="file") == files.reads(code)[0]
    )


@pytest.mark.parametrize("reason", ["", "   ", "\n\t", "a\x00b", "x" * 501])
def test_without_a_reason_in_words_nobody_looks(casework: CaseService, files: PersonalFiles, reason: str) -> None:
    code = casework.receive(application()).code
    for look in (
        lambda: files.file(code, "counter-1", reason),
        lambda: files.content(code, "x", "counter-1", reason),
        lambda: files.reusable("001099", "form", "counter-1", reason, frozenset()),
    ):
        with pytest.raises(CaseError, match="reason"):
            look()
    assert () == files.reads(code)


def test_a_look_is_kept_even_where_the_page_then_fails(
    casework: CaseService, files: PersonalFiles, store: Store
) -> None:
    code = casework.receive(application()).code
    with pytest.raises(DataError, match="the key 'a', which PILOTKIT_KEYS does not have"):
        PersonalFiles(store, Vault({"b": b"\x02" * 32}), Clock()).file(code, "counter-1", "to decide")
    assert ["counter-1"] == [each.reader for each in files.reads(code)]


def test_what_is_not_there_is_said_and_counts_as_no_look(casework: CaseService, files: PersonalFiles) -> None:
    bare = casework.receive(application(person=None, contents=())).code
    full = casework.receive(application()).code
    (scan,) = files.file(full, "counter-1", "to decide").attachments
    with pytest.raises(UnknownError, match="no personal file"):
        files.file(bare, "counter-1", "to decide")
    with pytest.raises(UnknownError, match="no such file"):
        files.content(bare, scan.id, "counter-1", "to decide")
    with pytest.raises(UnknownError, match="no case"):
        files.attach("nothing", [PDF], "counter-1")
    with pytest.raises(UnknownError, match="no case"):
        files.reads("nothing")
    assert () == files.reads(bare)


def test_a_person_is_found_by_the_number_however_it_is_typed(casework: CaseService, files: PersonalFiles) -> None:
    codes = [casework.receive(application()).code for _ in range(2)]
    assert tuple(reversed(codes)) == files.cases_of("001099") == files.cases_of(" 001.099 ")
    assert () == files.cases_of("001098") == files.cases_of("---") == files.cases_of("")


def test_what_was_submitted_before_is_offered_again_and_that_is_a_look(
    casework: CaseService, files: PersonalFiles
) -> None:
    code = casework.receive(application()).code
    casework.receive(application(person=Person(name="Other", identity_number="2")))
    here = frozenset({code})
    assert () == files.reusable("001099", "form", "counter-1", "never ask twice", frozenset())
    ((found, scan),) = files.reusable("001099", "form", "counter-1", "never ask twice", here)
    assert (code, "form.pdf") == (found, scan.name)
    assert () == files.reusable("001099", "hospital-note", "counter-1", "never ask twice", here)
    assert [scan.id] == [each.part for each in files.reads(code)]


def test_a_case_takes_so_many_files_and_no_more(casework: CaseService, files: PersonalFiles) -> None:
    code = casework.receive(application()).code
    made = files.attach(code, [PDF] * (MAX_FILES - 2), "counter-1")
    with pytest.raises(CaseError, match=f"{MAX_FILES} files at most, and with these it would have {MAX_FILES + 1}"):
        files.attach(code, [PDF, PDF], "counter-1")
    files.attach(code, [PDF], "counter-1")
    kept = files.file(code, "counter-1", "to decide").attachments
    assert MAX_FILES == len(kept)
    assert made == kept[1 : MAX_FILES - 1]


def test_without_keys_nobody_may_be_named_and_the_others_still_come_in(
    town: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEYS, raising=False)
    services = Services(town, Clock())
    assert services.case_service.receive(application(person=None, contents=()))
    with pytest.raises(DataError, match=r"PILOTKIT_KEYS is missing.*pilotkit keys new"):
        services.case_service.receive(application())
    assert 1 == services.store.extent().cases
    services.close()


def test_a_backoffice_with_keys_keeps_and_opens(town: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEYS, new_entry("a"))
    services = Services(town, Clock())
    code = services.case_service.receive(application()).code
    assert PERSON == services.personal_files.file(code, "counter-1", "to decide").person
    services.close()


def test_files_without_a_person_are_refused(casework: CaseService, store: Store) -> None:
    with pytest.raises(CaseError, match="says nothing of who applies"):
        casework.receive(application(person=None))
    assert 0 == store.extent().cases


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            kind = "application/vnd.oasis.opendocument.text"
            archive.writestr(name, kind if name == "mimetype" else "x")
    return made.getvalue()


def directory_of(entries: int) -> bytes:
    """A zip file that says it has so many parts, and is nothing but their list."""
    made = bytearray(WORD)
    at = made.rfind(b"PK\x05\x06")
    made[at + 8 : at + 12] = struct.pack("<2H", entries, entries)
    return bytes(made)


WORD = zipped("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.pdf", b"%PDF-1.4", "application/pdf"),
        ("a.JPG", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("a.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("a.docx", WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.odt", zipped("mimetype", "content.xml"), "application/vnd.oasis.opendocument.text"),
        ("a.txt", "Giấy khai sinh\r\n".encode(), "text/plain"),
        ("Đơn xin số 3", b"%PDF-1.4", "application/pdf"),
    ],
)
def test_a_type_is_found_from_the_content(name: str, data: bytes, expected: str) -> None:
    content = Content(document="form", name=name, media_type="text/html", data=data)
    assert (expected, data) == (checked(content).media_type, checked(content).data)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.pdf", b"", "is empty"),
        ("a.pdf", b"%PDF-" + b"x" * MAX_SIZE, r"10\.0 MB, and a file may have 10 MB at most"),
        ("a.exe", b"MZ\x90\x00\x03", "none of the types"),
        ("a.zip", zipped("anything"), "none of the types"),
        ("a.docx", zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "none of the types"),
        ("a.docx", WORD[:-8], "none of the types"),
        ("a.bat", b"del *", r"is called \.bat, and what is in it is plain text"),
        ("a.pdf", b"\x89PNG\r\n\x1a\n", r"is called \.pdf, and what is in it is a PNG picture"),
        ("../a.pdf", b"%PDF-", "no name that can be kept"),
        ("C:\\a.pdf", b"%PDF-", "no name that can be kept"),
        ("a\x00.pdf", b"%PDF-", "no name that can be kept"),
        ("a\u202efdp.exe", b"%PDF-", "no name that can be kept"),
        ("..", b"%PDF-", "no name that can be kept"),
        ("", b"%PDF-", "no name that can be kept"),
    ],
)
def test_what_may_not_be_kept_is_refused_in_words(name: str, data: bytes, said: str) -> None:
    with pytest.raises(CaseError, match=said):
        checked(Content(document="form", name=name, media_type="application/pdf", data=data))


def test_a_zip_file_with_a_directory_beyond_measure_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(CaseError, match="none of the types"):
        checked(Content(document="form", name="a.docx", media_type="x", data=directory_of(60_000)))


def test_a_file_that_is_refused_takes_nothing_in(casework: CaseService, store: Store, tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="is empty"):
        casework.receive(application(contents=(PDF, PDF.model_copy(update={"data": b""}))))
    assert 0 == store.extent().cases
