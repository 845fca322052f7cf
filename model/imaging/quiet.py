"""Keeps pydicom silent while it reads: its warnings quote header values, and those belong to a patient."""

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

_lock = threading.Lock()
_open: list[AbstractContextManager[object]] = []
_depth = 0


@contextmanager
def quiet_pydicom() -> Iterator[None]:
    """Silence pydicom's warnings and log lines inside the block; what they would say is judged by the caller.

    Python keeps one table of warning filters for all threads, so the first thread in closes it and the last one out
    opens it again; nothing that happens between is left changed.
    """
    global _depth
    logger = logging.getLogger("pydicom")
    with _lock:
        if _depth == 0:
            guard = warnings.catch_warnings()
            guard.__enter__()
            warnings.simplefilter("ignore")
            _open.append(guard)
            # Its child loggers pass records up to it, and it then passes them no further.
            logger.propagate = False
        _depth += 1
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0:
                _open.pop().__exit__(None, None, None)
                logger.propagate = True
