"""The one way in: bytes to `Radiograph`. The content decides what a file is, never its name."""

from model.errors import ImageTooLargeError, UnknownFormatError
from model.imaging import png
from model.imaging.dicom import read_dicom
from model.imaging.dicom_file import FileBytes, is_dicom
from model.imaging.limits import DEFAULT_LIMITS, ReadLimits
from model.imaging.radiograph import NewPixels, Radiograph, new_pixels
from model.imaging.raster import read_jpeg, read_png

_JPEG_SIGNATURE = b"\xff\xd8\xff"


def read_radiograph(
    data: FileBytes, *, limits: ReadLimits = DEFAULT_LIMITS, new_pixels: NewPixels = new_pixels
) -> Radiograph:
    """Decode a DICOM, PNG or JPEG file.

    Args:
        data: The whole file.
        limits: Checked before any pixel is decoded.
        new_pixels: Called once at most, when the shape is known.

    Raises:
        UnreadableFileError: One of its subclasses, whatever is wrong with the bytes; never anything else.
    """
    if len(data) > limits.max_bytes:
        raise ImageTooLargeError(
            f"The file has {len(data)} bytes, more than the {limits.max_bytes} that are read.",
            measured=len(data),
            limit=limits.max_bytes,
        )
    if is_dicom(data):
        return read_dicom(data, limits=limits, new_pixels=new_pixels)
    content = data[:]  # copies what is mapped, and nothing else
    if content.startswith(png.SIGNATURE):
        return read_png(content, limits=limits, new_pixels=new_pixels)
    if content.startswith(_JPEG_SIGNATURE):
        return read_jpeg(content, limits=limits, new_pixels=new_pixels)
    raise UnknownFormatError("The file is neither DICOM nor PNG nor JPEG.")
