"""Pages from templates: one Jinja environment, one frozen context a page, static files under hashed addresses.

Templates hold `if`, `for` and the formatting filters of this module; what a page shows is decided in its context.
"""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache, cached_property, lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from app.web.words import say, say_or, script_words

_ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = _ROOT / "templates"
STATIC = _ROOT / "static"

_MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}
"""Written down here: what the machine's own table says differs from machine to machine."""

_JOIN = "+"
"""Between the names of files that are sent as one; no file's name holds it."""
_MOST_JOINED = 16
"""Chosen: several times what the pages ask for."""


class NamesRoutes(Protocol):
    """Whatever turns a route's name into its path; a FastAPI application does."""

    def url_path_for(self, name: str, /, **path_params: Any) -> str:
        """Return the path of the route called `name`."""


class Pages:
    """Renders pages; made once in `create_app` and kept in its state.

    Attributes:
        static_path: Where the static files are served: `/static/` and a hash over all of them, so that an address never
            changes its content and modules import one another by relative path.
    """

    def __init__(self, routes: NamesRoutes, *, templates: Path = TEMPLATES, static: Path = STATIC) -> None:
        self.static_path = f"/static/{static_digest(static)}"
        self.environment = make_environment(templates)
        self.environment.globals["url"] = _path_for(routes)
        self.environment.globals["static"] = self._static_address

    def render(self, page: str, context: object, *, status_code: int = 200) -> HTMLResponse:
        """Fill the template `page` with a frozen dataclass.

        Args:
            page: Path below `templates/`, such as `cases/worklist.html`.
            context: The page's values; its field names are the template's variables.
            status_code: Status of the answer.

        Returns:
            The page, never kept by a cache: it shows patients.

        Raises:
            TypeError: `context` is not a frozen dataclass.
            jinja2.UndefinedError: the template asks for what the context does not hold.
        """
        values = context_values(context)
        body = self.environment.get_template(page).render(values)
        return HTMLResponse(body, status_code=status_code, headers={"Cache-Control": "no-store", "Vary": "Accept"})

    def _static_address(self, name: str, *others: str) -> str:
        """Return the address of a static file, or of several of one folder that are sent as one."""
        return _JOIN.join((f"{self.static_path}/{name}", *(PurePosixPath(other).name for other in others)))


class HashedStaticFiles:
    """Static files below an address that holds their hash: read once, kept in memory here and for good in a browser.

    The viewer's page asks for some eighty of them. From memory each costs this process a quarter of what it costs from
    the disk, and a fresh browser sees its first picture the sooner. What a page always needs together, sheets and
    scripts that are no modules, it asks for as one (`css/tokens.css+base.css`): a request costs a browser without a
    graphics card some 5 ms of its processor.
    """

    def __init__(self, *, directory: Path) -> None:
        paths = (path for path in directory.rglob("*") if path.is_file())
        self._files = {
            path.relative_to(directory).as_posix(): _StaticFile(path.suffix, path.read_bytes()) for path in paths
        }
        self._join = lru_cache(maxsize=_MOST_JOINED)(self._joined)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Raises:
            HTTPException: there is no such file, or it is asked for in another way than to be read.
        """
        name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        file = self._files.get(name) or self._join(name)
        if file is None:
            raise HTTPException(status_code=404)
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(status_code=405)
        await file.answer(Headers(scope=scope))(scope, receive, send)

    def _joined(self, name: str) -> "_StaticFile | None":
        """Return several files of one folder and kind as one; none twice: no address can ask for ever more."""
        folder, _, names = name.rpartition("/")
        paths = [f"{folder}/{each}" for each in names.split(_JOIN)]
        files = [self._files.get(path) for path in paths]
        suffixes = {PurePosixPath(path).suffix for path in paths}
        if None in files or len(set(paths)) < len(paths) or len(suffixes) != 1:
            return None
        return _StaticFile(suffixes.pop(), b"\n".join(file.data for file in files if file))


class _StaticFile:
    """One file as it is sent, plain and packed."""

    def __init__(self, suffix: str, data: bytes) -> None:
        self.data = data
        self._media_type = _MEDIA_TYPES.get(suffix, "application/octet-stream")
        self._is_text = self._media_type.startswith("text/") or suffix == ".svg"
        self._headers = {
            "ETag": f'W/"{hashlib.sha256(data).hexdigest()[:32]}"',
            "Cache-Control": "public, max-age=31536000, immutable",
            "Vary": "Accept-Encoding",
        }

    @cached_property
    def _packed(self) -> bytes:
        return gzip.compress(self.data, mtime=0)

    def answer(self, asked: Headers) -> Response:
        """Answer with the file, or with the word that the browser has it."""
        if asked.get("if-none-match") == self._headers["ETag"]:
            return Response(status_code=304, headers=self._headers)
        if self._is_text and "gzip" in asked.get("accept-encoding", ""):
            headers = self._headers | {"Content-Encoding": "gzip"}
            return Response(self._packed, media_type=self._media_type, headers=headers)
        return Response(self.data, media_type=self._media_type, headers=self._headers)


def make_environment(templates: Path = TEMPLATES) -> Environment:
    """Build the Jinja environment: everything escaped, nothing undefined."""
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(say=say, script_words=script_words)
    environment.filters.update(
        probability=format_probability,
        number=format_number,
        percent=format_percent,
        finding_name=finding_name,
        zone_name=zone_name,
        refusal_name=refusal_name,
        iso=format_iso,
        plain_time=format_plain_time,
        dicom_date=format_dicom_date,
        short_hash=short_hash,
    )
    return environment


def context_values(context: object) -> dict[str, Any]:
    """Return the fields of a frozen dataclass by name, nested values untouched.

    Raises:
        TypeError: `context` is anything else.
    """
    parameters = getattr(context, "__dataclass_params__", None)
    if isinstance(context, type) or not is_dataclass(context) or not getattr(parameters, "frozen", False):
        raise TypeError(f"a page's context is a frozen dataclass, not {type(context).__name__}")
    return {field.name: getattr(context, field.name) for field in fields(context)}


def static_digest(static: Path = STATIC) -> str:
    """Return 12 hexadecimal digits over the names and bytes of all static files."""
    digest = hashlib.sha256()
    for path in sorted(static.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(static).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def format_probability(value: float) -> str:
    """Write a probability with two decimals; never as certainty: `<0.01` and `>0.99` at the ends."""
    if value < 0.005:
        return "<0.01"
    if value >= 0.995:
        return ">0.99"
    return f"{value:.2f}"


def format_number(value: float, digits: int = 2) -> str:
    """Write a number with a fixed count of decimals, whole numbers without any."""
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.{digits}f}"


def format_percent(value: float, digits: int = 0) -> str:
    """Write a share in [0, 1] as per cent, without the sign: SVG and prose add their own."""
    return f"{100 * value:.{digits}f}"


def finding_name(value: str) -> str:
    """Return a finding's name on screen."""
    return say(f"findings.{value}")


def zone_name(value: str) -> str:
    """Return a lung zone's name on screen: `right-upper` is `Right upper`."""
    return say(f"zones.{value}")


def refusal_name(code: str) -> str:
    """Return the few words for a refusal or failure code that stand in a list."""
    return say_or(f"refusals.{code}", code.replace("_", " ").lower())


def format_iso(value: datetime) -> str:
    """Write a time as ISO 8601 in UTC; a time without zone is UTC already."""
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def format_plain_time(value: datetime) -> str:
    """Write a time for readers without scripts; the browser replaces it by the local time."""
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return f"{aware.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def format_dicom_date(value: str) -> str:
    """Write a DICOM date (DA, `YYYYMMDD`) with hyphens; anything else stays as it was sent."""
    return f"{value[:4]}-{value[4:6]}-{value[6:]}" if len(value) == 8 and value.isdigit() else value


def short_hash(value: str) -> str:
    """Return the first eight digits of a hash."""
    return value[:8]


def _path_for(routes: NamesRoutes) -> Callable[..., str]:
    """Return what writes a route's path; each route is looked for once: a page of the worklist asks for hundreds."""

    @cache
    def pattern(name: str, *parameters: str) -> str:
        return str(routes.url_path_for(name, **{each: f"{{{each}}}" for each in parameters}))

    def url(name: str, **path_params: Any) -> str:
        return pattern(name, *path_params).format_map(path_params)

    return url
