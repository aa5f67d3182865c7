"""Checks of uploads: size, media type by content, archives that would blow up when opened.

The type is read from the bytes; the name and the declared type only have to agree with it (ASVS 5.0 V5.2, V5.3).
Macros, encrypted and unknown content are refused. Nothing is ever unpacked to disk.
"""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Protocol

from chassis.errors import DomainError, Kind

LARGEST_UPLOAD_BYTES = 20 * 1024 * 1024
LARGEST_PICTURE_PIXELS = 100_000_000
LARGEST_ARCHIVE_ENTRIES = 2_000
LARGEST_ARCHIVE_BYTES = 100 * 1024 * 1024
_CHUNK = 64 * 1024


class MediaType(StrEnum):
    """The closed list of media types families and staff may attach."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    TIFF = "image/tiff"
    HEIC = "image/heic"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    MP3 = "audio/mpeg"
    WAV = "audio/wav"
    OGG = "audio/ogg"
    M4A = "audio/mp4"


AUDIO = frozenset({MediaType.MP3, MediaType.WAV, MediaType.OGG, MediaType.M4A})
"""Recordings; accepted only where the caller of `check` says that a talk is kept."""


EXTENSIONS: dict[MediaType, tuple[str, ...]] = {
    MediaType.PDF: (".pdf",),
    MediaType.JPEG: (".jpg", ".jpeg", ".jpe"),
    MediaType.PNG: (".png",),
    MediaType.TIFF: (".tif", ".tiff"),
    MediaType.HEIC: (".heic", ".heif"),
    MediaType.DOCX: (".docx",),
    MediaType.XLSX: (".xlsx",),
    MediaType.MP3: (".mp3",),
    MediaType.WAV: (".wav",),
    MediaType.OGG: (".ogg", ".oga", ".opus"),
    MediaType.M4A: (".m4a",),
}
# What browsers say when they do not know; saying nothing is not a lie.
_SILENT = {"", "application/octet-stream", "binary/octet-stream"}
_ALIASES = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/heif": "image/heic",
    "image/x-png": "image/png",
    "audio/mp3": "audio/mpeg",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/opus": "audio/ogg",
    "audio/x-m4a": "audio/mp4",
}
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
_OFFICE_PARTS = {"word/document.xml": MediaType.DOCX, "xl/workbook.xml": MediaType.XLSX}


class Readable(Protocol):
    """Anything with an awaitable ``read``: Starlette's ``UploadFile`` for one."""

    async def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Checked:
    """Content that passed every check, with the type its bytes show."""

    content: bytes
    media_type: MediaType

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.media_type][0]


async def read_upload(file: Readable, limit: int = LARGEST_UPLOAD_BYTES) -> bytes:
    """Read at most ``limit`` bytes; ``file_too_large`` (413) as soon as there is one more."""
    parts, size = [], 0
    while part := await file.read(_CHUNK):
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
    return b"".join(parts)


def check(
    content: bytes,
    name: str | None = None,
    declared: str | None = None,
    limit: int = LARGEST_UPLOAD_BYTES,
    *,
    audio: bool = False,
) -> Checked:
    """The content with its real type; recordings only with ``audio``.

    Errors: ``file_empty`` (422), ``file_too_large`` (413), ``file_type_refused``, ``file_disguised``,
    ``file_harmful`` (415). A file is disguised when its name or declared type says something else than its bytes.
    """
    if not content:
        raise _refuse("file_empty", Kind.INVALID, "Файл пуст.", "The file is empty.", "not_empty")
    if len(content) > limit:
        raise _too_large(limit)
    found = _recognised(content)
    if found is None:
        raise _unknown(name)
    if found in AUDIO and not audio:
        raise _unknown(None)
    _agree(found, name, declared)
    _inspect(found, content)
    return Checked(content, found)


def _recognised(content: bytes) -> MediaType | None:
    if content.startswith(b"%PDF-"):
        return MediaType.PDF
    if content.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    if content[:4] in (b"II*\x00", b"MM\x00*"):
        return MediaType.TIFF
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return MediaType.HEIC
    if content.startswith(b"PK\x03\x04"):
        return _office_type(content)
    return _audio_type(content)


def _audio_type(content: bytes) -> MediaType | None:
    if content.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")):
        return MediaType.MP3
    if content.startswith(b"RIFF") and content[8:12] == b"WAVE":
        return MediaType.WAV
    if content.startswith(b"OggS"):
        return MediaType.OGG
    return MediaType.M4A if content[4:8] == b"ftyp" and content[8:12] in (b"M4A ", b"M4B ") else None


def _office_type(content: bytes) -> MediaType | None:
    with _archive(content) as archive:
        names = set(archive.namelist())
    if "[Content_Types].xml" not in names:
        return None
    return next((media_type for part, media_type in _OFFICE_PARTS.items() if part in names), None)


def _agree(found: MediaType, name: str | None, declared: str | None) -> None:
    suffix = PurePath(name or "").suffix.lower()
    if suffix not in (*EXTENSIONS[found], ""):
        raise _disguised(found, suffix)
    said = (declared or "").partition(";")[0].strip().lower()
    if said not in _SILENT and _ALIASES.get(said, said) != found:
        raise _disguised(found, said)


def _inspect(found: MediaType, content: bytes) -> None:
    if found in (MediaType.DOCX, MediaType.XLSX):
        _inspect_archive(content)
    elif found is MediaType.PDF:
        if b"%%EOF" not in content[-2048:]:
            raise _harmful("PDF обрезан или испорчен", "the PDF is cut off or damaged", "pdf_complete")
    elif found in (MediaType.PNG, MediaType.JPEG):
        width, height = _png_size(content) if found is MediaType.PNG else _jpeg_size(content)
        if not 0 < width * height <= LARGEST_PICTURE_PIXELS:
            raise _harmful("недопустимый размер изображения", "the picture has too many pixels", "picture_size")


def _png_size(content: bytes) -> tuple[int, int]:
    return struct.unpack(">II", content[16:24]) if content[12:16] == b"IHDR" and len(content) >= 24 else (0, 0)


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Width and height from the first frame header (SOF); (0, 0) when there is none."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
    return 0, 0


def _inspect_archive(content: bytes) -> None:
    with _archive(content) as archive:
        entries = archive.infolist()
        if len(entries) > LARGEST_ARCHIVE_ENTRIES:
            raise _bomb()
        for entry in entries:
            _inspect_entry(entry)
        _measure(archive, entries)


def _inspect_entry(entry: zipfile.ZipInfo) -> None:
    path = PurePath(entry.filename)
    if entry.flag_bits & 0x1:
        raise _harmful("документ зашифрован", "the document is encrypted", "not_encrypted")
    if path.is_absolute() or ".." in path.parts or "\\" in entry.filename:
        raise _harmful("недопустимые имена внутри файла", "unsafe names inside the file", "safe_names")
    if path.name.lower() in ("vbaproject.bin", "vbadata.xml"):
        raise _harmful("документ содержит макросы", "the document contains macros", "no_macros")


def _measure(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Decompress and count: the sizes in the headers are claims, and overlapping entries multiply."""
    total = 0
    try:
        for entry in entries:
            with archive.open(entry) as part:
                while data := part.read(_CHUNK):
                    total += len(data)
                    if total > LARGEST_ARCHIVE_BYTES:
                        raise _bomb()
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise _broken_archive() from error
    except Exception as error:
        # zlib, bz2 and lzma raise their own error types on damaged data.
        if type(error).__module__ in ("zlib", "_lzma", "lzma"):
            raise _broken_archive() from error
        raise


def _archive(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, struct.error) as error:
        raise _broken_archive() from error


def _refuse(slug: str, kind: Kind, ru: str, en: str, rule: str) -> DomainError:
    return DomainError(slug, kind, ru=ru, en=en, field="file", rule=rule)


def _too_large(limit: int) -> DomainError:
    megabytes = f"{limit / 1024 / 1024:g}"
    ru, en = f"Файл больше {megabytes} МБ.", f"The file is larger than {megabytes} MB."
    return _refuse("file_too_large", Kind.TOO_LARGE, ru, en, f"at_most_{limit}_bytes")


def _unknown(name: str | None) -> DomainError:
    claimed = next((kind for kind, known in EXTENSIONS.items() if PurePath(name or "").suffix.lower() in known), None)
    if claimed is not None:
        ru = f"Файл назван как {claimed.name}, но его содержимое — не {claimed.name}."
        en = f"The file is named like {claimed.name} but its content is not {claimed.name}."
        return _refuse("file_disguised", Kind.UNSUPPORTED, ru, en, "content_matches_name")
    accepted = ", ".join(kind.name for kind in MediaType if kind not in AUDIO)
    ru, en = f"Такой файл принять нельзя. Принимаются: {accepted}.", f"Not accepted. Accepted types: {accepted}."
    return _refuse("file_type_refused", Kind.UNSUPPORTED, ru, en, "allowed_type")


def _disguised(found: MediaType, claimed: str) -> DomainError:
    # The claim is echoed only when it is one of ours: anything else is the sender's free text.
    known = claimed if claimed in {*MediaType, *sum(EXTENSIONS.values(), ())} else "другой тип"
    ru = f"Файл выдаёт себя за «{known}», а содержимое — {found.name}."
    en = f"The file claims to be another type than its content, which is {found.name}."
    return _refuse("file_disguised", Kind.UNSUPPORTED, ru, en, "content_matches_name")


def _harmful(ru: str, en: str, rule: str) -> DomainError:
    return _refuse("file_harmful", Kind.UNSUPPORTED, f"Файл не принят: {ru}.", f"File refused: {en}.", rule)


def _bomb() -> DomainError:
    return _harmful("слишком большой после распаковки", "too large when unpacked", "archive_size")


def _broken_archive() -> DomainError:
    return _harmful("документ испорчен", "the document is damaged", "archive_complete")
