"""Whether the server lives, whether it can read a radiograph, and what it has counted."""

import structlog
from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from app.errors import DecodersLostError, StoppingError, StorageError
from app.web.answers import answer_problem, problem_responses
from app.web.deps import Parts, PartsDep, find_parts
from app.web.problems import NOT_READY, plain_occurrence

log = structlog.get_logger()
router = APIRouter(tags=["operation"])


class HealthOut(BaseModel):
    """The process answers."""

    status: str = "ok"


class ReadyOut(BaseModel):
    """A radiograph can be read."""

    status: str = "ready"
    device: str
    model: str
    version: str


@router.get("/healthz", name="healthz")
async def healthz() -> HealthOut:
    """Say that the process lives; nothing is checked."""
    return HealthOut()


@router.get("/readyz", name="readyz", response_model=ReadyOut, responses=problem_responses(503))
def readyz(request: Request) -> ReadyOut | Response:
    """Say whether a radiograph can be read: network warmed up and running, database there, disk with room, decoders."""
    parts = find_parts(request)
    if parts is None or not can_read(parts):
        return answer_problem(request, plain_occurrence(NOT_READY))
    info = parts.predictor.info
    return ReadyOut(device=info.device, model=info.name, version=info.version)


@router.get("/metrics", name="metrics", response_class=Response)
def metrics(parts: PartsDep) -> Response:
    """Return the counters in Prometheus' text format."""
    return Response(parts.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def can_read(parts: Parts) -> bool:
    """Check everything that reading a radiograph needs. The parts only exist once the network is warmed up."""
    if not parts.queue.is_alive:
        return False
    try:
        parts.database.ping()
        parts.database.check_room(parts.settings.files.least_free)
        parts.files.check()
        parts.decoders.start()
    except (SQLAlchemyError, StorageError, DecodersLostError, StoppingError):
        log.exception("not_ready")
        return False
    return True
