"""One formatter for every log line: columns in development, a JSON object a line in production.

Events are static snake_case names with keys as values. No line may hold anything that came from a patient or a sender.
"""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from app.settings import Environment, Settings
from app.traces import places

PRIVATE = frozenset(
    {
        "patient", "patient_id", "patient_name", "name", "birth_date", "accession_number", "file_name", "filename",
        "body", "data", "dataset", "comment", "study_instance_uid", "url", "query",
    }
)  # fmt: skip
"""Keys that are dropped from every event, whoever wrote it."""


def drop_private(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Remove the values of `PRIVATE` keys."""
    for key in PRIVATE & event.keys():
        del event[key]
    return event


def hide_exception_text(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its type and the places it passed through.

    Neither its message nor local variables are kept: both may hold what a sender wrote into a file.
    """
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["trace"] = " < ".join(places(error))
    return event


def configure_logs(settings: Settings) -> None:
    """Send structlog and the standard library through one formatter to standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        drop_private,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    final: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if not settings.debug:
        final.append(hide_exception_text)
    if settings.environment is Environment.PRODUCTION:
        final += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        plain = structlog.dev.plain_traceback
        final.append(structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=final))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log.level.upper())
    for chatty in ("alembic", "uvicorn.error"):  # what they say at each start; ours says it once, when it is true
        logging.getLogger(chatty).setLevel(logging.WARNING)
