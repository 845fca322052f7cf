"""`create_app`: the only place that wires things together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from functools import partial

import structlog
from anyio import to_thread
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from app.annotations import api as annotations_api
from app.cases import api as cases_api
from app.cases import pages as cases_pages
from app.cases.images import Images
from app.cases.intake import Intake
from app.cases.ledger import Ledger
from app.cases.radiographs import Decodes, Radiographs
from app.cases.search import SearchMemory
from app.cases.what_if import WhatIfs
from app.db.engine import Database
from app.db.schema import check_schema
from app.decoding.pool import make_decoders
from app.demo import api as demo_api
from app.demo.service import Demonstration
from app.files.store import FileStore
from app.inference import ReadingQueue, ReadsRadiographs
from app.predictor import load_predictor, warm_up
from app.readings import api as readings_api
from app.readings import pages as readings_pages
from app.reviews import api as reviews_api
from app.settings import Settings
from app.web import health, site
from app.web import pages as web_pages
from app.web.answers import answer_problem, internal_problem, register_problems
from app.web.broadcast import Broadcaster
from app.web.deps import Parts
from app.web.description import describe
from app.web.metrics import Metrics
from app.web.places import UploadPlaces
from app.web.problems import Problem, plain_occurrence
from app.web.requests import BodyLimitMiddleware, RequestMiddleware
from app.web.security import GuardMiddleware, HeadersMiddleware
from app.web.templating import STATIC, HashedStaticFiles, Pages

log = structlog.get_logger()


def create_app(
    settings: Settings, *, predictor: ReadsRadiographs | None = None, decoders: Decodes | None = None
) -> FastAPI:
    """Build the application. Nothing is opened or loaded before it starts.

    Args:
        predictor: Reads in place of the released weights.
        decoders: Decode in place of a pool of this application's own, and outlive it.
    """
    metrics = Metrics()
    app = FastAPI(
        title="COVID-XNet",
        docs_url=None,
        redoc_url=None,
        lifespan=partial(_run, settings=settings, predictor=predictor, decoders=decoders, metrics=metrics),
    )
    app.state.broadcaster = Broadcaster()
    _add_routes(app)
    _add_layers(app, settings, metrics)
    register_problems(app)
    describe(app)
    return app


def _add_routes(app: FastAPI) -> None:
    app.state.pages = Pages(app)
    app.mount(app.state.pages.static_path, HashedStaticFiles(directory=STATIC), name="static")
    for router in (cases_pages.router, readings_pages.router, web_pages.router):
        app.include_router(router)  # before the API: a page gives way where JSON is wanted
    api_routers = (
        cases_api.router,
        annotations_api.router,
        demo_api.router,
        reviews_api.router,
        readings_api.router,
        health.router,
        site.router,
    )
    for router in api_routers:
        app.include_router(router)


def _add_layers(app: FastAPI, settings: Settings, metrics: Metrics) -> None:
    """Add the middleware, innermost first."""
    app.add_middleware(
        BodyLimitMiddleware, limit=settings.files.upload_limit, stall_s=settings.files.upload_stall.total_seconds()
    )
    app.add_middleware(GuardMiddleware, allowed_hosts=settings.security.allowed_hosts, answer=_answer)
    app.add_middleware(
        RequestMiddleware,
        metrics=metrics,
        is_logged=settings.log.access,
        last_resort=internal_problem,
    )
    app.add_middleware(HeadersMiddleware)


def _answer(request: Request, problem: Problem) -> Response:
    return answer_problem(request, plain_occurrence(problem))


@asynccontextmanager
async def _run(
    app: FastAPI,
    *,
    settings: Settings,
    predictor: ReadsRadiographs | None,
    decoders: Decodes | None,
    metrics: Metrics,
) -> AsyncIterator[None]:
    """Open, load, warm up; the parts exist only when a radiograph can be read."""
    with nullcontext(decoders) if decoders else make_decoders(settings.inference) as pool:
        parts = await to_thread.run_sync(_start, app, settings, predictor, pool, metrics)
        app.state.parts = parts
        log.info("ready", device=parts.predictor.info.device, model_version=parts.predictor.info.version)
        try:
            yield
        finally:
            app.state.parts = None
            parts.broadcaster.close()
            await to_thread.run_sync(parts.queue.stop)
            parts.intake.close()
            parts.database.close()


def _start(
    app: FastAPI, settings: Settings, predictor: ReadsRadiographs | None, decoders: Decodes, metrics: Metrics
) -> Parts:
    database = Database(settings.database)
    check_schema(database)
    files = FileStore(settings.files.folder, least_free=settings.files.least_free)
    files.prepare()
    decoders.start()  # they import what they need meanwhile
    reader = predictor or load_predictor(settings.inference)
    warm_up(reader)
    broadcaster: Broadcaster = app.state.broadcaster
    radiographs = Radiographs(database, files, decoders, pipeline=reader.info.pipeline)
    ledger = Ledger(
        database,
        radiographs=radiographs,
        model=reader.info,
        other_threshold=reader.card.other_threshold,
        attempts=settings.inference.attempts,
        publish=broadcaster.publish,
    )
    queue = ReadingQueue(
        reader, ledger, capacity=settings.inference.queue, batch=settings.inference.batch, observer=metrics
    )
    metrics.watch(depth=lambda: queue.depth, free_bytes=files.free_bytes)
    queue.start()
    intake = Intake(
        database,
        files,
        queue,
        radiographs=radiographs,
        model=reader.info,
        decoders=settings.inference.decoders,
        publish=broadcaster.publish,
    )
    return Parts(
        settings=settings,
        database=database,
        files=files,
        decoders=decoders,
        predictor=reader,
        queue=queue,
        intake=intake,
        images=Images(database, files, reader, radiographs),
        what_ifs=WhatIfs(database, queue, reader, radiographs),
        uploads=UploadPlaces(limit=settings.files.uploads),
        searches=SearchMemory(),
        demonstration=Demonstration(database, files, intake),
        broadcaster=broadcaster,
        metrics=metrics,
        pages=app.state.pages,
    )
