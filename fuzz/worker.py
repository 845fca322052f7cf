"""Reads mutants one after the other and writes a line of JSON about each; may be ended by any of them.

python -m fuzz.worker SEED START COUNT
"""

import json
import resource
import sys
import time

import cv2
import numpy as np

from fuzz.mutate import mutants
from model.errors import UnreadableFileError
from model.imaging.pixels import presentation_pixels
from model.imaging.reader import read_radiograph

READ = "READ"


def outcome_of(data: bytes) -> str:
    """Read a file as the application does: `READ`, the code of its refusal, or `UNCODED` and what was raised."""
    try:
        shown = presentation_pixels(read_radiograph(data))
    except UnreadableFileError as error:
        return error.code if error.reason else "UNCODED without a reason"
    except BaseException as error:  # noqa: BLE001 - a library of another language may raise beside Exception
        return f"UNCODED {type(error).__name__}"
    if not (np.isfinite(shown).all() and shown.min() >= 0 and shown.max() <= 1):
        return "UNCODED pixels outside 0 to 1"
    return READ


def main() -> None:
    """Read the mutants that the command line names."""
    seed, start, count = map(int, sys.argv[1:])
    cv2.setNumThreads(1)
    for number, (kind, data) in enumerate(mutants(seed, count, start=start), start):
        started = time.process_time()
        outcome = outcome_of(data)
        elapsed_ms = (time.process_time() - started) * 1000
        peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        line = {"number": number, "kind": kind, "outcome": outcome, "ms": elapsed_ms, "peak_mib": peak_mib}
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
