"""What routes are given: the parts of the application, and sessions that commit before the answer leaves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.requests import Request

from app.cases.images import Images
from app.cases.intake import Intake
from app.cases.radiographs import Decodes
from app.cases.search import SearchMemory
from app.cases.what_if import WhatIfs
from app.db.engine import Database
from app.demo.service import Demonstration
from app.files.store import FileStore
from app.inference import ReadingQueue, ReadsRadiographs
from app.settings import Settings
from app.web.broadcast import Broadcaster
from app.web.metrics import Metrics
from app.web.places import UploadPlaces
from app.web.templating import Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything `create_app` wired together."""

    settings: Settings
    database: Database
    files: FileStore
    decoders: Decodes
    predictor: ReadsRadiographs
    queue: ReadingQueue
    intake: Intake
    images: Images
    what_ifs: WhatIfs
    uploads: UploadPlaces
    searches: SearchMemory
    demonstration: Demonstration
    broadcaster: Broadcaster
    metrics: Metrics
    pages: Pages


def find_parts(request: Request) -> Parts | None:
    """Return the parts, or `None` before the start and after the stop."""
    return getattr(request.app.state, "parts", None)


def get_parts(request: Request) -> Parts:
    """Return the parts of a running application."""
    parts = find_parts(request)
    assert parts is not None, "the application is not running"
    return parts


PartsDep = Annotated[Parts, Depends(get_parts)]


def _reading_session(parts: PartsDep) -> Iterator[Session]:
    with parts.database.reading() as session:
        yield session


def _writing_session(parts: PartsDep) -> Iterator[Session]:
    with parts.database.writing() as session:
        yield session


ReadSession = Annotated[Session, Depends(_reading_session)]
WriteSession = Annotated[Session, Depends(_writing_session, scope="function")]
"""Commits when the route function returns: before the answer leaves, not after."""
