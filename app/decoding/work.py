"""What a worker does with the bytes of one file. It knows no limits: whoever calls it has set them."""

import math
from collections.abc import Iterator

import cv2

from app.cases.header import read_header
from app.decoding.answer import Decoded, Fault, Outcome, OutOfMemory, Unreadable
from app.traces import places
from model.errors import UnreadableFileError
from model.imaging.dicom_file import FileBytes
from model.imaging.radiograph import NewPixels
from model.imaging.reader import read_radiograph


def decode_file(data: FileBytes, new_pixels: NewPixels) -> Outcome:
    """Decode a file and read its header."""
    try:
        radiograph = read_radiograph(data, new_pixels=new_pixels)
        return Decoded(radiograph=radiograph, header=read_header(data, radiograph.encoding))
    except Exception as error:  # noqa: BLE001 whatever it is, the server must hear of it in words that hold no patient
        return _explain(error)


def _explain(error: Exception) -> Unreadable | OutOfMemory | Fault:
    for cause in _causes(error):
        if isinstance(cause, MemoryError) or getattr(cause, "code", None) == cv2.Error.StsNoMem:
            return OutOfMemory(asked=_asked(cause))
    if isinstance(error, UnreadableFileError):
        return Unreadable(
            code=error.code,
            reason=error.reason,
            measured=getattr(error, "measured", None),
            limit=getattr(error, "limit", None),
        )
    return Fault(error=type(error).__name__, trace=tuple(places(error)))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Follow an exception to those it was raised from: the reader calls damaged what did not find memory."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _asked(error: BaseException) -> int:
    """Bytes of the array that numpy could not make; 0 where the exception does not tell."""
    shape, dtype = getattr(error, "shape", None), getattr(error, "dtype", None)
    return 0 if shape is None or dtype is None else math.prod(shape) * dtype.itemsize
