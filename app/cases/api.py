"""Cases and radiographs for programs."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.cases import service
from app.cases.images import Stage, etag
from app.cases.schemas import CaseOut, GrayscaleOut, RadiographOut, SearchIn, SearchOut, WorklistOut
from app.cases.search import tidy
from app.readings.schemas import ReadingAnswer, WhatIfIn, WhatIfOut
from app.web.answers import problem_responses
from app.web.deps import Parts, PartsDep, ReadSession
from app.web.listing import ListingDep
from app.web.uploads import UPLOAD_BODY, UploadedFile

router = APIRouter()

_FOREVER = "private, max-age=31536000, immutable"


@router.post(
    "/predict",
    name="predict",
    tags=["reading"],
    responses=problem_responses(408, 413, 415, 422, 503),
    openapi_extra=UPLOAD_BODY,
)
async def predict(parts: PartsDep, file: UploadedFile) -> ReadingAnswer:
    """Read one chest radiograph.

    The case is stored before the answer leaves. The same bytes under the same model answer with the same ids and
    `duplicate`. A radiograph that decodes but must not be read is kept: 422 with `code` and `case_id`. Bytes that do
    not decode leave only a receipt: 422, or 415 for an unknown format. When the queue is full: 503, nothing stored.
    """
    return await parts.intake.receive(file.file, file.filename)


@router.get("/cases", name="list_cases", tags=["cases"], responses=problem_responses(422))
def list_cases(
    session: ReadSession,
    listing: ListingDep,
    after: Annotated[str | None, Query(max_length=300, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Most cases to return.")] = 50,
) -> WorklistOut:
    """List cases: flagged first, longest waiting first; reviewed ones by their review, newest first.

    A flag, or a reading that failed, puts a case forward as if it had come two hours before; nothing puts one back.
    With `Accept: text/html` this address is the worklist page.
    """
    return service.list_cases(session, listing, after=after, limit=limit)


@router.post("/cases/searches", name="add_search", tags=["cases"], responses=problem_responses(422))
def add_search(parts: PartsDep, search: SearchIn) -> SearchOut:
    """Remember what is searched for and return its key, so that no address holds a name or number of a patient.

    Kept in memory: a restart forgets it.
    """
    words = tidy(search.words)
    return SearchOut(search=parts.searches.remember(words) if words else None)


@router.get("/cases/{case_id}", name="show_case", tags=["cases"], responses=problem_responses(404, 422))
def show_case(session: ReadSession, case_id: UUID, listing: ListingDep) -> CaseOut:
    """Show a case with its radiographs, their latest readings, its reviews and its neighbours in a list.

    With `Accept: text/html` this address is the viewer page.
    """
    return service.show_case(session, case_id, listing)


@router.get(
    "/radiographs/{radiograph_id}", name="show_radiograph", tags=["radiographs"], responses=problem_responses(404, 422)
)
def show_radiograph(session: ReadSession, radiograph_id: UUID) -> RadiographOut:
    """Show one radiograph with its latest reading."""
    return service.show_radiograph(session, radiograph_id)


@router.post(
    "/radiographs/{radiograph_id}/what-if",
    name="what_if",
    tags=["radiographs"],
    responses=problem_responses(404, 409, 422, 503),
)
async def what_if(parts: PartsDep, radiograph_id: UUID, given: WhatIfIn) -> WhatIfOut:
    """Ask what the reading would say with parts of the radiograph covered.

    The rectangles are filled from their surroundings, everything else is as it was for the latest reading. Nothing is
    stored, and the reading stays as it is. A refused radiograph answers with the code of its refusal.
    """
    return await parts.what_ifs.ask(radiograph_id, given.rectangles)


def _pixel_responses(description: str) -> dict[int | str, dict[str, Any]]:
    return problem_responses(404, 422) | {
        200: {
            "description": description,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            "headers": {
                "Image-Rows": {"schema": {"type": "integer"}, "description": "Rows."},
                "Image-Columns": {"schema": {"type": "integer"}, "description": "Columns."},
            },
        }
    }


@router.get(
    "/radiographs/{radiograph_id}/pixels",
    name="radiograph_pixels",
    tags=["radiographs"],
    response_class=Response,
    responses=_pixel_responses("Little-endian uint16, row by row, 65535 = white: through the file's own window."),
)
def radiograph_pixels(request: Request, parts: PartsDep, radiograph_id: UUID) -> Response:
    """Return the presentation pixels, those that preprocessing receives. They never change: keep them."""
    return _send_pixels(request, parts, radiograph_id, Stage.PRESENTATION)


@router.get(
    "/radiographs/{radiograph_id}/modality",
    name="radiograph_modality",
    tags=["radiographs"],
    response_class=Response,
    responses=_pixel_responses("Little-endian uint16, row by row; `grayscale` says what the values stand for."),
)
def radiograph_modality(request: Request, parts: PartsDep, radiograph_id: UUID) -> Response:
    """Return the modality pixels, before any window: what the viewer draws from. They never change: keep them."""
    return _send_pixels(request, parts, radiograph_id, Stage.MODALITY)


@router.get(
    "/radiographs/{radiograph_id}/grayscale",
    name="radiograph_grayscale",
    tags=["radiographs"],
    responses=problem_responses(404, 422),
)
def radiograph_grayscale(response: Response, parts: PartsDep, radiograph_id: UUID) -> GrayscaleOut:
    """Say how modality pixels become what is shown. It never changes: keep it."""
    response.headers["Cache-Control"] = _FOREVER
    return parts.images.grayscale(parts.images.pixels_info(radiograph_id))


def _send_pixels(request: Request, parts: Parts, radiograph_id: UUID, stage: Stage) -> Response:
    info = parts.images.pixels_info(radiograph_id)
    tag = etag(info, stage)
    headers = {
        "ETag": tag,
        "Cache-Control": _FOREVER,
        "Vary": "Accept-Encoding",
        "Image-Rows": str(info.rows),
        "Image-Columns": str(info.columns),
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    accepts_gzip = "gzip" in request.headers.get("accept-encoding", "").lower()
    pixels = parts.images.pixels(info, stage, accepts_gzip=accepts_gzip)
    if pixels.is_gzipped:
        headers["Content-Encoding"] = "gzip"
    return Response(pixels.data, media_type="application/octet-stream", headers=headers)


@router.get(
    "/radiographs/{radiograph_id}/thumbnail",
    name="radiograph_thumbnail",
    tags=["radiographs"],
    response_class=Response,
    responses=problem_responses(404, 422) | {200: {"content": {"image/png": {}}, "description": "A small PNG."}},
)
def radiograph_thumbnail(parts: PartsDep, radiograph_id: UUID) -> Response:
    """Return a small picture of the radiograph as it is shown."""
    png = parts.images.thumbnail(radiograph_id)
    return Response(png, media_type="image/png", headers={"Cache-Control": _FOREVER})


@router.get(
    "/radiographs/{radiograph_id}/file",
    name="radiograph_file",
    tags=["radiographs"],
    response_class=Response,
    responses=problem_responses(404, 422)
    | {
        200: {
            "content": {kind: {} for kind in ("application/dicom", "image/png", "image/jpeg")},
            "description": "The file, byte for byte as it was sent; the preamble of a DICOM file is zeroed.",
        }
    },
)
def radiograph_file(parts: PartsDep, radiograph_id: UUID) -> Response:
    """Return the original file, to be saved."""
    original = parts.images.original(radiograph_id)
    headers = {"Content-Disposition": f'attachment; filename="{original.name}"', "Cache-Control": "no-store"}
    return Response(original.data, media_type=original.media_type, headers=headers)
