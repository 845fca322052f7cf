"""`covid-xnet serve`: load, start, and say where once a radiograph can be read."""

import socket
import sys
from types import FrameType

import uvicorn
from fastapi import FastAPI

from app.commands.protocol import ProblemProtocol
from app.db.engine import Database
from app.db.schema import check_schema
from app.decoding.pool import DecoderPool, make_decoders
from app.errors import SchemaError
from app.inference import ReadsRadiographs
from app.logs import configure_logs
from app.main import create_app
from app.predictor import load_predictor
from app.settings import Settings
from app.web.health import can_read
from model.errors import ModelError


class _Server(uvicorn.Server):
    """Says when it is ready, ends the live streams before it waits for open connections, and the decoders after all."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, decoders: DecoderPool, address: str) -> None:
        super().__init__(config)
        self._app = app
        self._decoders = decoders
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then announce the address, unless no radiograph could be read."""
        await super().startup(sockets)
        parts = getattr(self._app.state, "parts", None)
        if self.started and parts is not None and can_read(parts):
            print(f"COVID-XNet is ready at {self._address}", flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; the signal that asked for it ends this process as soon as that is done."""
        await super().shutdown(sockets)
        self._decoders.close()

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
    with make_decoders(settings.inference) as decoders:
        return _serve(settings, decoders, predictor)


def _serve(settings: Settings, decoders: DecoderPool, predictor: ReadsRadiographs | None) -> int:
    try:
        _check_database(settings)
        decoders.start()  # they import what they need while the weights are loaded
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
    app = create_app(settings, predictor=reader, decoders=decoders)
    server = _Server(_config(app, settings), app, decoders, _address(settings))
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
        http=ProblemProtocol,
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
