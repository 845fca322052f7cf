"""Deployment settings: made once from the environment, passed down, never imported as a value.

Science (thresholds, input sizes, calibration) is not here: it travels with the weights. `python -m app.settings` writes
`docs/settings.md` from the fields below.
"""

import json
import os
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ByteSize, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_PREFIX = "COVID_XNET_"
_NOT_SETTINGS = frozenset({"COVID_XNET_DATA"})  # where training and opt-in tests find their radiographs
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Environment(StrEnum):
    """Where the server runs."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class LogLevel(StrEnum):
    """Least severe event that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _split(value: object) -> object:
    """Read `a, b` as well as `["a", "b"]`."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    return [part.strip() for part in value.split(",") if part.strip()]


def _seconds(value: object) -> object:
    """Read `20` as seconds; other spellings are left to pydantic."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


Duration = Annotated[timedelta, BeforeValidator(_seconds)]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ServerSettings(_Group):
    """Where the server listens."""

    host: str = Field(
        "127.0.0.1", description="Address to listen on. Keep loopback unless a proxy or firewall guards it."
    )
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    graceful_stop: Duration = Field(
        timedelta(seconds=20), description="How long a stop waits for requests in progress, in seconds."
    )


class DatabaseSettings(_Group):
    """Where cases, readings and reviews are kept."""

    url: str = Field("sqlite:///var/covid-xnet.sqlite", description="SQLAlchemy address of the database.")
    busy_timeout: Duration = Field(
        timedelta(seconds=5), description="How long a writer waits for another before it gives up, in seconds."
    )


class FilesSettings(_Group):
    """Where the bytes of radiographs are kept."""

    folder: Path = Field(Path("var/files"), description="Folder for the original files, named by their SHA-256.")
    least_free: ByteSize = Field(
        ByteSize(256 * 1024**2), description="Below this much free space nothing is accepted and `/readyz` says no."
    )
    upload_limit: ByteSize = Field(ByteSize(64 * 1024**2), ge=1024, description="Largest upload that is accepted.")
    uploads: int = Field(64, ge=1, description="Uploads received at the same time; further ones get a 503.")
    upload_stall: Duration = Field(
        timedelta(seconds=30),
        gt=timedelta(0),
        description="An upload of which less than 64 KiB come in so many seconds is ended.",
    )


class InferenceSettings(_Group):
    """How radiographs are read."""

    device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|cuda(:\d+)?)$",
        description="`auto` (CUDA where present), `cpu`, `cuda` or `cuda:N`.",
    )
    card: Path | None = Field(
        None, description="Card of the weights to serve; unset means the release in this version."
    )
    queue: int = Field(64, ge=1, description="Radiographs that may wait or be read at once; further ones get a 503.")
    batch: int = Field(4, ge=1, le=64, description="Most waiting radiographs that are read together.")
    threads: int = Field(
        1, ge=1, description="Threads of the networks. They are small: a second one slows a reading on two busy cores."
    )
    decoders: int = Field(2, ge=1, le=64, description="Files decoded at the same time, each by a process of its own.")
    decoder_memory: ByteSize = Field(
        ByteSize(2 * 1024**3), ge=64 * 1024**2, description="Memory that decoding one file may take."
    )
    decoder_time: Duration = Field(
        timedelta(seconds=10),
        gt=timedelta(0),
        description="Seconds of a processor that decoding one file may take; three times as many on the clock.",
    )
    attempts: int = Field(2, ge=1, description="A reading interrupted this often becomes `failed`.")
    retry_after: Duration = Field(
        timedelta(seconds=2), description="Wait that a 503 advises when the queue is full, in seconds."
    )


class SecuritySettings(_Group):
    """Who may talk to the server."""

    allowed_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = Field(
        ("127.0.0.1", "localhost", "[::1]"),
        min_length=1,
        description="Names in the `Host` header that are answered, comma-separated; `*.example.org` for all below one.",
    )


class LogSettings(_Group):
    """What is written to standard error."""

    level: LogLevel = Field(LogLevel.INFO, description="Least severe event that is written.")
    access: bool = Field(True, description="Whether each request is written, without query and file names.")


class Settings(BaseSettings):
    """All deployment settings. Precedence: argument, environment, `.env`, default."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_nested_delimiter="__",
        env_file=".env",
        frozen=True,
        extra="forbid",
        nested_model_default_partial_update=True,
    )

    environment: Environment = Field(
        Environment.DEVELOPMENT, description="`production` writes the log as one JSON object a line."
    )
    debug: bool = Field(False, description="Shows tracebacks on the console; only on a loopback address.")
    server: ServerSettings = ServerSettings()
    database: DatabaseSettings = DatabaseSettings()
    files: FilesSettings = FilesSettings()
    inference: InferenceSettings = InferenceSettings()
    security: SecuritySettings = SecuritySettings()
    log: LogSettings = LogSettings()

    @model_validator(mode="after")
    def _debug_stays_at_home(self) -> Self:
        if self.debug and self.server.host not in LOOPBACK:
            raise ValueError("debug is only allowed on a loopback address")
        return self


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Make the settings from the environment and `env_file`.

    Raises:
        ValueError: a value is not acceptable, or a variable with our prefix names no setting.
    """
    for variable in os.environ:
        group = variable.removeprefix(_PREFIX).split("__")[0].lower()
        if variable.startswith(_PREFIX) and variable not in _NOT_SETTINGS and group not in Settings.model_fields:
            raise ValueError(f"{variable} names no setting")
    return Settings(_env_file=env_file)


def settings_page() -> str:
    """Return the text of `docs/settings.md`, made from the fields."""
    lines = [
        "# Settings",
        "",
        "Written by `make docs-settings` from `app/settings.py`; do not edit by hand.",
        "",
        "Each setting is an environment variable or a line of the file `.env` in the working directory. The",
        "environment wins over `.env`, `.env` over the default. A misspelt name stops the start. Sizes take units",
        "(`64MiB`); durations are seconds or ISO 8601 (`PT20S`); relative paths start at the working directory.",
        "",
    ]
    general = {name: f for name, f in Settings.model_fields.items() if not _is_group(f.annotation)}
    lines += _table("General", "What kind of installation this is.", "COVID_XNET_", general)
    for name, field in Settings.model_fields.items():
        group = field.annotation
        if isinstance(group, type) and issubclass(group, _Group):
            lines += _table(name.capitalize(), group.__doc__ or "", f"COVID_XNET_{name.upper()}__", group.model_fields)
    return "\n".join(lines).rstrip() + "\n"


def _is_group(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, _Group)


def _table(title: str, text: str, prefix: str, fields: dict[str, FieldInfo]) -> list[str]:
    lines = [f"## {title}", "", text, "", "| variable | default | meaning |", "|---|---|---|"]
    lines += [f"| `{prefix}{name.upper()}` | {_shown(f.default)} | {f.description} |" for name, f in fields.items()]
    return [*lines, ""]


def _shown(value: object) -> str:
    match value:
        case None:
            return "unset"
        case bool():
            return f"`{str(value).lower()}`"
        case StrEnum():
            return f"`{value.value}`"
        case timedelta():
            return f"`{value.total_seconds():g}`"
        case ByteSize():
            return f"`{value.human_readable().replace('.0', '')}`"
        case tuple():
            return f"`{','.join(str(part) for part in value)}`"
        case _:
            return f"`{value}`"


if __name__ == "__main__":
    (Path(__file__).resolve().parents[1] / "docs" / "settings.md").write_text(settings_page(), encoding="utf-8")
