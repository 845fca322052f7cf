"""Tells open pages that a reading has a new status: from any thread to every listener, none waits for another."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from uuid import UUID

from app.cases.ledger import ReadingEvent

HEARTBEAT_S = 15.0
_BACKLOG = 256


class Broadcaster:
    """Server-sent events of this process.

    A listener that does not keep up loses its oldest events: pages reload their list, they do not replay a history.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[asyncio.Queue[str | None], asyncio.AbstractEventLoop] = {}
        self._is_closed = False

    def publish(self, event: ReadingEvent) -> None:
        """Send an event to all listeners; from any thread."""
        data = {"case_id": str(event.case_id), "reading_id": str(event.reading_id), "status": event.status}
        self._send(f"event: reading\ndata: {json.dumps(data)}\n\n")

    def announce_list(self, case_id: UUID | None = None) -> None:
        """Tell all listeners that the list changed other than by a reading; from any thread.

        Args:
            case_id: The case that changed, or `None` where it is several or none that is left.
        """
        data = {} if case_id is None else {"case_id": str(case_id)}
        self._send(f"event: list\ndata: {json.dumps(data)}\n\n")

    def close(self) -> None:
        """End every stream; from any thread. A server that stops waits for them otherwise."""
        self._is_closed = True
        self._send(None)

    async def listen(self, heartbeat_s: float = HEARTBEAT_S) -> AsyncIterator[str]:
        """Yield the text of a stream until it is closed."""
        queue: asyncio.Queue[str | None] = asyncio.Queue(_BACKLOG)
        with self._lock:
            self._listeners[queue] = asyncio.get_running_loop()
        try:
            yield "retry: 2000\n\n"
            while not self._is_closed:
                try:
                    message = await asyncio.wait_for(queue.get(), heartbeat_s)
                except TimeoutError:
                    message = ": still here\n\n"
                if message is None:
                    return
                yield message
        finally:
            with self._lock:
                self._listeners.pop(queue, None)

    def _send(self, message: str | None) -> None:
        with self._lock:
            listeners = list(self._listeners.items())
        for queue, loop in listeners:
            if not loop.is_closed():
                loop.call_soon_threadsafe(_put, queue, message)


def _put(queue: asyncio.Queue[str | None], message: str | None) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(message)
