"""Around every request: an id, a log line without anything from the sender, a count, a size limit, the last resort."""

import asyncio
import time
from collections.abc import Callable
from secrets import token_hex

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import FileTooLargeError, UploadStalledError
from app.web.metrics import Metrics

log = structlog.get_logger()

_QUIET_ROUTES = frozenset({"/healthz", "/readyz", "/metrics"})
_GONE = 499
"""Counted and logged for a sender who left before the answer, as other servers do; never sent."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ENVELOPE_BYTES = 64 * 1024
"""What a multipart body may have beside its file: boundaries and headers."""
_PACE_BYTES = 64 * 1024
"""What must come before the clock of a stalled upload starts anew: single bytes would hold a place for ever."""


class BodyTooLargeError(FileTooLargeError, HTTPException):
    """`FileTooLargeError` in the guise that the framework lets through while it reads a form."""

    def __init__(self, *, measured: int, limit: int) -> None:
        FileTooLargeError.__init__(self, measured=measured, limit=limit)
        self.status_code = 413
        self.detail = "too large"
        self.headers = None


class BodyStalledError(UploadStalledError, HTTPException):
    """`UploadStalledError` in the same guise."""

    def __init__(self, *, limit: float) -> None:
        UploadStalledError.__init__(self, limit=limit)
        self.status_code = 408
        self.detail = "stalled"
        self.headers = {"Connection": "close"}


class BodyLimitMiddleware:
    """Counts the body while it streams in: stops at the limit, whatever was announced, or when too little comes."""

    def __init__(self, app: ASGIApp, *, limit: int, stall_s: float) -> None:
        self._app = app
        self._limit = limit
        self._stall_s = stall_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        n_bytes, is_whole, left_s, due = 0, False, self._stall_s, _PACE_BYTES

        async def counting() -> Message:
            nonlocal n_bytes, is_whole, left_s, due
            if is_whole:  # from here on it only tells when the sender has gone
                return await receive()
            self._check(int(announced) if announced.isdecimal() else 0)
            started = time.monotonic()
            message = await self._receive(receive, left_s)
            n_bytes += len(message.get("body", b""))
            self._check(n_bytes)
            left_s -= time.monotonic() - started  # of the sender's time only, not of ours between two pieces
            if n_bytes >= due:
                left_s, due = self._stall_s, n_bytes + _PACE_BYTES
            is_whole = not message.get("more_body", False)
            return message

        await self._app(scope, counting, send)

    async def _receive(self, receive: Receive, seconds: float) -> Message:
        try:
            async with asyncio.timeout(seconds):
                return await receive()
        except TimeoutError as error:
            raise BodyStalledError(limit=self._stall_s) from error

    def _check(self, n_bytes: int) -> None:
        if n_bytes > self._limit + _ENVELOPE_BYTES:
            raise BodyTooLargeError(measured=n_bytes, limit=self._limit)


class RequestMiddleware:
    """Gives each request its id, notes what became of it, and answers when everything else has failed."""

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, is_logged: bool, last_resort: Callable[[Request], Response]
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._is_logged = is_logged
        self._last_resort = last_resort

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = scope["request_id"] = token_hex(8)
        started = time.perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, sending)
            except ClientDisconnect:  # nobody waits for an answer any more
                status = _GONE
            except Exception:  # the outermost handler: whatever it is, the sender gets an answer and we get a log line
                log.exception("request_failed", route=_route(scope))
                if status:
                    raise
                await self._last_resort(Request(scope))(scope, receive, sending)
            finally:
                self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.requests.labels(method, route, str(status)).observe(seconds)
        if self._is_logged and route not in _QUIET_ROUTES:
            log.info(
                "request", method=scope["method"], route=route, status=status, duration_ms=round(seconds * 1000, 1)
            )


def _route(scope: Scope) -> str:
    """The route's pattern, never the path: that may hold what somebody typed."""
    return str(getattr(scope.get("route"), "path", "unmatched"))
