"""`covid-xnet serve`: load, start, and say where once a radiograph can be read."""

import socket
import sys
from types import FrameType

import uvicorn
from fastapi import FastAPI

from app.db.engine import Database
from app.db.schema import check_schema
from app.errors import SchemaError
from app.inference import ReadsRadiographs
from app.logs import configure_logs
from app.main import create_app
from app.predictor import load_predictor
from app.settings import Settings
from app.web.health import can_read
from model.errors import ModelError


class _Server(uvicorn.Server):
    """Says when it is ready, and ends the live streams before it waits for open connections."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, address: str) -> None:
        super().__init__(config)
        self._app = app
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then announce the address, unless no radiograph could be read."""
        await super().startup(sockets)
        parts = getattr(self._app.state, "parts", None)
        if self.started and parts is not None and can_read(parts):
            print(f"COVID-XNet is ready at {self._address}", flush=True)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop on a signal."""
        self._app.state.broadcaster.close()
        super().handle_exit(sig, frame)


def serve(settings: Settings, *, predictor: ReadsRadiographs | None = None) -> int:
    """Serve until a signal comes.

    Args:
        predictor: Reads in place of the released weights.
    """
    configure_logs(settings)
    try:
        _check_database(settings)
        reader = predictor or load_predictor(settings.inference)
    except SchemaError as error:
        advice = (
            "Run `covid-xnet migrate` first" if error.found is None else "Migrate it, or use the version it is from"
        )
        print(f"The {error}. {advice}.", file=sys.stderr)
        return 1
    except ModelError as error:
        print(f"The weights cannot be used: {error}", file=sys.stderr)
        return 1
    print(_device_line(reader.info.device), flush=True)
    app = create_app(settings, predictor=reader)
    server = _Server(_config(app, settings), app, _address(settings))
    server.run()
    return 0 if server.started else 1


def _check_database(settings: Settings) -> None:
    database = Database(settings.database)
    try:
        check_schema(database)
    finally:
        database.close()


def _config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.server.host,
        port=settings.server.port,
        log_config=None,  # ours, for every line
        access_log=False,  # its lines hold paths and queries; ours hold the route
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=round(settings.server.graceful_stop.total_seconds()),
    )


def _device_line(device: str) -> str:
    if device == "cpu":
        return "Reading on the CPU (no CUDA device is used)."
    return f"Reading on CUDA: {device}."


def _address(settings: Settings) -> str:
    host = settings.server.host
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 shown only
    return f"http://{shown}:{settings.server.port}"
