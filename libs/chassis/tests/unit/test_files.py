import io
import struct
import zipfile
import zlib
from contextlib import suppress

import pytest
from chassis.errors import DomainError, Kind
from chassis.privacy import files
from chassis.privacy.files import MediaType, check, read_upload
from hypothesis import given
from hypothesis import strategies as st

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 640, 480) + b"\x08\x02\x00\x00\x00"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(10) + b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", 480, 640) + bytes(12)
TIFF = b"II*\x00" + bytes(16)
HEIC = b"\x00\x00\x00\x18ftypheic" + bytes(16)


def office(part: str, **extra: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"[Content_Types].xml": b"<Types/>", part: b"<document/>", **extra}.items():
            archive.writestr(name, content)
    return packed.getvalue()


DOCX, XLSX = office("word/document.xml"), office("xl/workbook.xml")


def refusal(content: bytes, name: str | None = None, declared: str | None = None) -> tuple[str, Kind, str]:
    with pytest.raises(DomainError) as caught:
        check(content, name, declared)
    return caught.value.slug, caught.value.kind, caught.value.errors[0].rule


@pytest.mark.parametrize(
    ("content", "name", "declared", "expected"),
    [
        (PDF, "Заключение.PDF", "application/pdf", MediaType.PDF),
        (PNG, "scan.png", "image/png; charset=binary", MediaType.PNG),
        (JPEG, "photo.jpeg", "image/jpg", MediaType.JPEG),
        (TIFF, "fax.tif", "image/tiff", MediaType.TIFF),
        (HEIC, "IMG_0001.HEIC", "image/heif", MediaType.HEIC),
        (DOCX, "letter.docx", str(MediaType.DOCX), MediaType.DOCX),
        (XLSX, None, None, MediaType.XLSX),
        (PDF, "without-extension", "application/octet-stream", MediaType.PDF),
    ],
)
def test_what_families_send_is_accepted_by_its_content(
    content: bytes, name: str | None, declared: str | None, expected: MediaType
) -> None:
    assert check(content, name, declared).media_type is expected


@pytest.mark.parametrize(
    ("content", "name", "declared"),
    [
        (b"MZ\x90\x00" + bytes(60), "diagnosis.pdf", "application/pdf"),
        (b"<html><script>alert(1)</script>", "photo.jpg", "image/jpeg"),
        (PNG, "scan.pdf", "application/pdf"),
        (PNG, "scan.png", "application/pdf"),
        (PDF, "run.exe", None),
        (PDF, "photo.pdf.html", "text/html"),
        (DOCX, "table.xlsx", None),
        (office("something/else.xml"), "letter.docx", None),
    ],
)
def test_a_disguised_file_is_refused_and_the_error_says_so(content: bytes, name: str, declared: str | None) -> None:
    assert refusal(content, name, declared) == ("file_disguised", Kind.UNSUPPORTED, "content_matches_name")


@pytest.mark.parametrize("content", [b"just text", b"\x00\x01\x02", b"GIF89a" + bytes(20), b"Rar!\x1a\x07\x00", b"%PD"])
def test_types_outside_the_list_are_refused(content: bytes) -> None:
    assert refusal(content)[0] == "file_type_refused"
    assert refusal(content, "note.txt", "text/plain")[0] == "file_type_refused"


def test_a_plain_archive_is_not_a_document() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.pdf", PDF)
    assert refusal(packed.getvalue(), "papers.zip", "application/zip")[0] == "file_type_refused"


def test_a_bomb_is_refused_without_being_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_ARCHIVE_BYTES", 1_000_000)
    bomb = office("word/document.xml", **{"word/media/a.bin": bytes(5_000_000)})
    assert len(bomb) < 20_000
    assert refusal(bomb, "letter.docx") == ("file_harmful", Kind.UNSUPPORTED, "archive_size")


def test_a_bomb_with_lying_headers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = office("word/document.xml", **{"word/media/a.bin": bytes(5_000_000)})
    lying = bomb.replace(struct.pack("<I", 5_000_000), struct.pack("<I", 5))
    assert refusal(lying, "letter.docx")[0] == "file_harmful"


def test_an_archive_of_too_many_entries_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_ARCHIVE_ENTRIES", 10)
    many = office("word/document.xml", **{f"word/{n}.xml": b"" for n in range(20)})
    assert refusal(many, "letter.docx")[2] == "archive_size"


@pytest.mark.parametrize(
    ("part", "rule"),
    [
        ("../../etc/passwd", "safe_names"),
        ("/etc/passwd", "safe_names"),
        ("word\\..\\x", "safe_names"),
        ("word/vbaProject.bin", "no_macros"),
    ],
)
def test_documents_with_macros_or_escaping_names_are_refused(part: str, rule: str) -> None:
    assert refusal(office("word/document.xml", **{part: b"x"}), "letter.docx")[2] == rule


def test_an_encrypted_document_is_refused() -> None:
    flagged = bytearray(DOCX)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = flagged.find(signature)
        flagged[at + offset] |= 1
    assert refusal(bytes(flagged), "letter.docx")[2] == "not_encrypted"


@pytest.mark.parametrize("width", [0, 1_000_000])
def test_a_picture_of_absurd_size_is_refused(width: int) -> None:
    flood = PNG[:16] + struct.pack(">II", width, 1_000_000) + PNG[24:]
    assert refusal(flood, "a.png")[2] == "picture_size"


def test_a_jpeg_without_a_frame_and_a_cut_pdf_are_refused() -> None:
    assert refusal(b"\xff\xd8\xff\xe0" + bytes(40), "a.jpg")[2] == "picture_size"
    assert refusal(PDF[:20], "a.pdf")[2] == "pdf_complete"


def test_damaged_content_inside_a_document_is_refused() -> None:
    packed = bytearray(office("word/document.xml", **{"word/a.bin": zlib.compress(bytes(range(256)) * 40)}))
    packed[len(packed) // 2] ^= 0xFF
    assert refusal(bytes(packed), "letter.docx")[0] == "file_harmful"


def test_an_empty_and_a_thirty_megabyte_file_are_refused() -> None:
    assert refusal(b"") == ("file_empty", Kind.INVALID, "not_empty")
    assert refusal(PDF + bytes(30 * 1024 * 1024), "a.pdf")[1] is Kind.TOO_LARGE


def test_the_senders_words_are_not_repeated_in_the_error() -> None:
    with pytest.raises(DomainError) as caught:
        check(PDF, "Иванов Пётр диагноз.exe", "text/секрет")
    assert "Иванов" not in caught.value.ru + caught.value.en
    assert "секрет" not in caught.value.ru + caught.value.en


async def test_reading_stops_at_the_limit_not_at_the_end() -> None:
    class Endless:
        given = 0

        async def read(self, size: int = -1, /) -> bytes:
            self.given += size
            return bytes(size)

    source = Endless()
    with pytest.raises(DomainError, match="file_too_large"):
        await read_upload(source, 1_000_000)
    assert source.given < 2_000_000


@given(st.sampled_from([PDF, PNG, JPEG, TIFF, HEIC, DOCX, XLSX]), st.data())
def test_damaged_files_are_refused_or_accepted_but_never_crash(whole: bytes, data: st.DataObject) -> None:
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    with suppress(DomainError):
        check(bytes(content[:cut]), "a")
