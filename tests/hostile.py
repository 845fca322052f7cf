"""Work that misbehaves as its file says: run by workers in place of the decoders."""

import ctypes
import os
import signal
import sys
import time

import numpy as np

from app.decoding.answer import Outcome
from app.decoding.work import decode_file
from model.errors import UnreadableDicomError
from model.imaging.dicom_file import FileBytes
from model.imaging.radiograph import NewPixels


def work(data: FileBytes, new_pixels: NewPixels) -> Outcome:
    """Do what the first word of the file says; anything else is decoded."""
    word, _, argument = data[:].decode("latin-1").partition(" ")
    match word:
        case "signal":
            os.kill(os.getpid(), int(argument))
        case "segfault":
            ctypes.string_at(0)
        case "exit":
            os._exit(int(argument))
        case "compute":
            while True:
                pass
        case "wait":
            time.sleep(float(argument))
        case "recurse":
            sys.setrecursionlimit(10**9)
            return work(data, new_pixels)
        case "kill-nursery":
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(60)
    return decode_file(data, new_pixels)


def allocate(data: FileBytes, new_pixels: NewPixels) -> Outcome:
    """Ask for as many megabytes as the file says, and call the file damaged when they are not given, as readers do."""
    import app.decoding.work as real

    def read_radiograph(asked: FileBytes, **_: object) -> object:
        try:
            return np.ones(int(asked[:]) * 1024**2, np.uint8)
        except MemoryError as error:
            raise UnreadableDicomError("The DICOM file is damaged.") from error

    real.read_radiograph = read_radiograph  # type: ignore[assignment]
    return real.decode_file(data, new_pixels)


def fail(data: FileBytes, new_pixels: NewPixels) -> Outcome:
    """Raise what a reader must not raise, with the file's text in it."""
    import app.decoding.work as real

    def read_radiograph(asked: FileBytes, **_: object) -> object:
        raise RuntimeError(asked[:].decode())

    real.read_radiograph = read_radiograph  # type: ignore[assignment]
    return real.decode_file(data, new_pixels)
