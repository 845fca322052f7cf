"""Who is answered and under which rules a browser may use the answer. Plain ASGI: it must see every response."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.problems import FORBIDDEN_ORIGIN, UNKNOWN_HOST, Problem

POLICY = (
    "default-src 'self'; script-src 'self'; object-src 'none'; frame-ancestors 'none'; img-src 'self' data: blob:; "
    "base-uri 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})

AnswerProblem = Callable[[Request, Problem], Response]


class HeadersMiddleware:
    """The outermost layer: puts the security headers on every response, those of faults and refusals too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        await self._app(scope, receive, _with_headers(send) if scope["type"] == "http" else send)


class GuardMiddleware:
    """Checks `Host` and origin.

    A page elsewhere could otherwise read loopback through DNS rebinding, or post in the name of a reader. Programs
    send no `Sec-Fetch-Site` and are let through.
    """

    def __init__(self, app: ASGIApp, *, allowed_hosts: Sequence[str], answer: AnswerProblem) -> None:
        self._app = app
        self._hosts = [host.lower() for host in allowed_hosts]
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not self.is_known_host(headers.get("host", "")):
            await self._answer(Request(scope), UNKNOWN_HOST)(scope, receive, send)
        elif scope["method"] not in _SAFE_METHODS and not is_own_site(headers):
            await self._answer(Request(scope), FORBIDDEN_ORIGIN)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def is_known_host(self, host: str) -> bool:
        """Compare a `Host` header, port aside, with the list; `*.name` stands for all below a name."""
        name = host.lower()
        name = name.partition("]")[0] + "]" if name.startswith("[") else name.partition(":")[0]
        return any(
            allowed in ("*", name) or (allowed.startswith("*.") and name.endswith(allowed[1:]))
            for allowed in self._hosts
        )


def is_own_site(headers: Headers) -> bool:
    """Tell whether an unsafe request comes from our own pages or from no browser."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in _OWN_SITES
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host")


def _with_headers(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
        await send(message)

    return sending
