"""A request in; the photo that it brings, read into memory and nowhere else, out."""

from dataclasses import dataclass
from io import BytesIO
from typing import Protocol

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request

FIELD = "photo"
"""The field of a form that holds the photo."""

_MB = 1_000_000


@dataclass(frozen=True, kw_only=True)
class SentPhoto:
    """A photo's file as it came.

    Attributes:
        file: Its content.
        name: The file's name, if it was sent with one.
    """

    file: BytesIO
    name: str | None


async def sent_photo(request: Request, *, max_mb: int) -> SentPhoto:
    """Read the photo that is a request's body, or the field ``photo`` of the form that it is.

    Args:
        request: The request.
        max_mb: Megabytes that the body may have.

    Raises:
        HTTPException: It is larger (413), of another kind (415), or holds no photo (400).
        ClientDisconnect: Who sent it has left.
    """
    body = _body_of(request)
    length = request.headers.get("content-length", "0")
    # What is announced is refused before it comes.
    if int(length) > max_mb * _MB:
        raise _too_large(max_mb)
    taken = 0
    async for chunk in request.stream():
        taken += len(chunk)
        if taken > max_mb * _MB:
            raise _too_large(max_mb)
        body.write(chunk)
    return body.photo()


class _Body(Protocol):
    def write(self, chunk: bytes) -> None: ...

    def photo(self) -> SentPhoto: ...


def _body_of(request: Request) -> _Body:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind == b"multipart/form-data":
        return _Form(options.get(b"boundary", b""))
    # Without a word on its kind a body is bytes.
    if kind in (b"", b"application/octet-stream") or kind.startswith(b"image/"):
        return _File()
    raise HTTPException(
        415,
        "Send the photo as the body with Content-Type image/jpeg or the like, or as the field "
        f"{FIELD!r} of a multipart form, got {kind.decode('latin-1')!r}.",
    )


class _File:
    """A body that is the photo."""

    def __init__(self) -> None:
        self._file = BytesIO()

    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)

    def photo(self) -> SentPhoto:
        if not self._file.tell():
            raise HTTPException(400, "No photo came: the body is empty.")
        return SentPhoto(file=self._file, name=None)


class _Form:
    """A multipart body with the photo as its one field."""

    def __init__(self, boundary: bytes) -> None:
        if not boundary:
            raise HTTPException(400, "A multipart form says its boundary in Content-Type.")
        self._file: BytesIO | None = None
        self._name: str | None = None
        self._header, self._value = b"", b""
        self._disposition = b""
        self._is_whole = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin_part,
                    "on_header_field": self._add_to_header,
                    "on_header_value": self._add_to_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._open_field,
                    "on_part_data": self._add_data,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise _no_form(error) from None

    def write(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise _no_form(error) from None

    def photo(self) -> SentPhoto:
        if not self._is_whole:
            raise _no_form("it ends before its last boundary")
        if self._file is None or not self._file.tell():
            raise HTTPException(400, f"No photo came: the form has no file in its field {FIELD!r}.")
        return SentPhoto(file=self._file, name=self._name)

    def _begin_part(self) -> None:
        self._disposition = b""

    def _add_to_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header, self._value = b"", b""

    def _open_field(self) -> None:
        _, options = parse_options_header(self._disposition.decode("latin-1"))
        field = options.get(b"name", b"").decode("utf-8", "replace")
        if field != FIELD or self._file is not None:
            raise HTTPException(
                400,
                f"A form has one field, {FIELD!r}, got {field!r}{' again' * (field == FIELD)}: "
                f"box, at_width and strictness go into the query.",
            )
        self._file = BytesIO()
        name = options.get(b"filename", b"").decode("utf-8", "replace")
        self._name = name or None

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(memoryview(data)[start:end])

    def _end(self) -> None:
        self._is_whole = True


def _no_form(why: object) -> HTTPException:
    return HTTPException(400, f"The body is no multipart form: {str(why).rstrip('.')}.")


def _too_large(max_mb: int) -> HTTPException:
    return HTTPException(413, f"A photo's file has {max_mb} MB at most here: raise --max-mb.")
