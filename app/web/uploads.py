"""Receives one file from a form: a bounded number at a time, to the disk, with a clear answer to anything else."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from app.errors import MalformedUploadError, StorageError
from app.web.deps import PartsDep

_MOST_FIELDS = 16
"""Chosen: other members of the form are not used; some clients send a few."""
_MISSING = {"loc": ("body", "file"), "msg": "Field required", "type": "missing"}

UPLOAD_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "One chest radiograph: DICOM, PNG or JPEG. The content decides.",
                        }
                    },
                }
            }
        },
    }
}
"""How the API's description shows the form, which is parsed here and not by the framework."""


async def _uploaded_file(request: Request, parts: PartsDep) -> AsyncIterator[UploadFile]:
    """Give the form's member `file`, at its start; closed when the route is done.

    Raises:
        BusyError: too many are being received; nothing was read.
        StorageError: the disk is full.
        MalformedUploadError: the body is no form of one file.
        RequestValidationError: the form has no file of this name.
    """
    with parts.uploads.place():
        form = await _read_form(request)
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise RequestValidationError([_MISSING])
        yield file
    finally:
        await form.close()


async def _read_form(request: Request) -> FormData:
    try:
        return await request.form(max_files=1, max_fields=_MOST_FIELDS)
    except HTTPException as error:
        if error.status_code != 400:  # our own limits speak for themselves
            raise
        raise MalformedUploadError(error.detail) from error
    except OSError as error:
        raise StorageError(f"not received: {error.strerror}") from error


UploadedFile = Annotated[UploadFile, Depends(_uploaded_file, scope="function")]
