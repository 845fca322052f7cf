"""Readings, their maps and steps, the model card and live events, for programs."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from app.readings import service
from app.readings.schemas import ReadingOut, StepOut
from app.web.answers import problem_responses
from app.web.deps import PartsDep, ReadSession

router = APIRouter(tags=["reading"])

_KEEP = "private, max-age=31536000, immutable"


@router.get("/readings/{reading_id}", name="show_reading", responses=problem_responses(404, 422))
def show_reading(session: ReadSession, reading_id: UUID) -> ReadingOut:
    """Show one reading with its whole provenance."""
    return service.show(session, reading_id)


@router.get(
    "/readings/{reading_id}/cam",
    name="reading_cam",
    response_class=Response,
    responses=problem_responses(404, 422)
    | {
        200: {
            "description": "The map.",
            "content": {
                "image/png": {},
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
)
def reading_cam(request: Request, session: ReadSession, reading_id: UUID) -> Response:
    """Return the class activation map at its own resolution: a 16-bit grey PNG, 65535 = 1.0.

    Its scale is absolute, the same for all radiographs; where it lies on the image is `cam.placement` of the reading.
    With `Accept: application/octet-stream` the same values come as little-endian uint16, row by row.
    """
    headers = {"Cache-Control": _KEEP, "Vary": "Accept"}
    if request.headers.get("accept", "").lower().startswith("application/octet-stream"):
        values = service.show_cam_values(session, reading_id)
        return Response(values, media_type="application/octet-stream", headers=headers)
    return Response(service.show_cam(session, reading_id), media_type="image/png", headers=headers)


@router.get("/readings/{reading_id}/steps", name="reading_steps", responses=problem_responses(404, 409, 422))
def reading_steps(parts: PartsDep, reading_id: UUID) -> list[StepOut]:
    """List what was done to the radiograph before the network saw it."""
    return parts.images.steps(reading_id)


@router.get(
    "/readings/{reading_id}/steps/{index}",
    name="reading_step",
    response_class=Response,
    responses=problem_responses(404, 409, 422)
    | {
        200: {
            "description": "The step.",
            "content": {
                "image/png": {},
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
)
def reading_step(request: Request, parts: PartsDep, reading_id: UUID, index: int) -> Response:
    """Return the picture of one preprocessing step.

    With `Accept: application/octet-stream` its values come as little-endian float32, row by row. Those of the last step
    are the network's input, byte for byte.
    """
    headers = {"Cache-Control": _KEEP, "Vary": "Accept"}
    if request.headers.get("accept", "").lower().startswith("application/octet-stream"):
        values = parts.images.step_values(reading_id, index)
        return Response(values, media_type="application/octet-stream", headers=headers)
    return Response(parts.images.step_png(reading_id, index), media_type="image/png", headers=headers)


@router.get("/model", name="show_model")
def show_model(parts: PartsDep) -> dict[str, Any]:
    """Show the card of the weights in use: what they are for, how they were measured, what their limits are."""
    return parts.predictor.card.to_json()


@router.get(
    "/events",
    name="events",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Server-sent events `reading` with `case_id`, `reading_id` and `status`.",
            "content": {"text/event-stream": {}},
        }
    },
)
async def events(parts: PartsDep) -> StreamingResponse:
    """Tell when a reading has a new status, as it happens."""
    stream = parts.broadcaster.listen()
    return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
