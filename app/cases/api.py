"""Cases and radiographs for programs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Query, Request, Response, UploadFile

from app.cases import service
from app.cases.images import etag
from app.cases.schemas import CaseOut, RadiographOut, View, WorklistOut
from app.readings.schemas import ReadingAnswer
from app.web.answers import problem_responses
from app.web.deps import PartsDep, ReadSession
from model.findings import Finding

router = APIRouter()

_FOREVER = "private, max-age=31536000, immutable"


@router.post(
    "/predict",
    name="predict",
    tags=["reading"],
    responses=problem_responses(413, 415, 422, 503),
)
async def predict(
    parts: PartsDep,
    file: Annotated[UploadFile, File(description="One chest radiograph: DICOM, PNG or JPEG. The content decides.")],
) -> ReadingAnswer:
    """Read one chest radiograph.

    The case is stored before the answer leaves. The same bytes under the same model answer with the same ids and
    `duplicate`. A radiograph that decodes but must not be read is kept: 422 with `code` and `case_id`. Bytes that do
    not decode leave only a receipt: 422, or 415 for an unknown format. When the queue is full: 503, nothing stored.
    """
    return await parts.intake.receive(file.file, file.filename)


@router.get("/cases", name="list_cases", tags=["cases"], responses=problem_responses(422))
def list_cases(
    session: ReadSession,
    view: Annotated[View, Query(description="Which cases.")] = View.TO_REVIEW,
    finding: Annotated[Finding | None, Query(description="Only cases whose most urgent reading says this.")] = None,
    after: Annotated[str | None, Query(max_length=300, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Most cases to return.")] = 50,
) -> WorklistOut:
    """List cases: flagged and not analysed first, longest waiting first; reviewed ones by their review, newest first.

    With `Accept: text/html` this address is the worklist page.
    """
    return service.list_cases(session, view=view, finding=finding, after=after, limit=limit)


@router.get("/cases/{case_id}", name="show_case", tags=["cases"], responses=problem_responses(404, 422))
def show_case(
    session: ReadSession,
    case_id: UUID,
    view: Annotated[View, Query(description="The view whose neighbours are wanted.")] = View.TO_REVIEW,
    finding: Annotated[Finding | None, Query(description="Neighbours only among cases that say this.")] = None,
) -> CaseOut:
    """Show a case with its radiographs, their latest readings and its reviews.

    With `Accept: text/html` this address is the viewer page.
    """
    return service.show_case(session, case_id, view=view, finding=finding)


@router.get(
    "/radiographs/{radiograph_id}", name="show_radiograph", tags=["radiographs"], responses=problem_responses(404, 422)
)
def show_radiograph(session: ReadSession, radiograph_id: UUID) -> RadiographOut:
    """Show one radiograph with its latest reading."""
    return service.show_radiograph(session, radiograph_id)


@router.get(
    "/radiographs/{radiograph_id}/pixels",
    name="radiograph_pixels",
    tags=["radiographs"],
    response_class=Response,
    responses=problem_responses(404, 422)
    | {
        200: {
            "description": "Little-endian uint16, row by row, 65535 = white: as the viewer shows it.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            "headers": {
                "Image-Rows": {"schema": {"type": "integer"}, "description": "Rows."},
                "Image-Columns": {"schema": {"type": "integer"}, "description": "Columns."},
            },
        }
    },
)
def radiograph_pixels(request: Request, parts: PartsDep, radiograph_id: UUID) -> Response:
    """Return the presentation pixels. They never change: keep them."""
    info = parts.images.pixels_info(radiograph_id)
    tag = etag(info)
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
    pixels = parts.images.pixels(info, accepts_gzip=accepts_gzip)
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
    | {200: {"content": {"application/octet-stream": {}}, "description": "The file, byte for byte as it was sent."}},
)
def radiograph_file(parts: PartsDep, radiograph_id: UUID) -> Response:
    """Return the original file, to be saved."""
    original = parts.images.original(radiograph_id)
    headers = {"Content-Disposition": f'attachment; filename="{original.name}"', "Cache-Control": "no-store"}
    return Response(original.data, media_type=original.media_type, headers=headers)
