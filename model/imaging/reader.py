"""The one way in: bytes to `Radiograph`. The content decides what a file is, never its name."""

from model.errors import UnknownFormatError
from model.imaging.dicom import is_dicom, read_dicom
from model.imaging.limits import DEFAULT_LIMITS, ReadLimits
from model.imaging.radiograph import Radiograph
from model.imaging.raster import JPEG_SIGNATURE, PNG_SIGNATURE, read_jpeg, read_png


def read_radiograph(data: bytes, *, limits: ReadLimits = DEFAULT_LIMITS) -> Radiograph:
    """Decode a DICOM, PNG or JPEG file.

    Args:
        data: The whole file.
        limits: Checked before any pixel is decoded.

    Raises:
        UnreadableFileError: One of its subclasses, whatever is wrong with the bytes; never anything else.
    """
    if is_dicom(data):
        return read_dicom(data, limits=limits)
    if data.startswith(PNG_SIGNATURE):
        return read_png(data, limits=limits)
    if data.startswith(JPEG_SIGNATURE):
        return read_jpeg(data, limits=limits)
    raise UnknownFormatError("The file is neither DICOM nor PNG nor JPEG.")
