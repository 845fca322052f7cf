"""What a file may ask of the decoders; checked before any pixel is decoded."""

from dataclasses import dataclass

from model.errors import ImageTooLargeError


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """Upper bounds for one file. Each is chosen well above what a radiograph needs and below what hurts.

    Attributes:
        max_bytes: Size of the file. A server has a lower limit of its own for uploads.
        max_pixels: Rows times columns. The largest detectors in use give about 20 megapixels.
        max_decoded_bytes: What the header promises that the decoded samples will take, or a deflated data set takes.
        max_expansion: Decoded bytes for each byte of the file, above `always_decoded_bytes`. Radiographs compress by a
            factor of 2 to 30; only a blank image or a bomb goes beyond.
        always_decoded_bytes: Decoded size that no file is refused for, however small it is.
        max_elements: Reads that parsing a DICOM data set may need, one to three for an element. Radiographs have a few
            hundred elements; a million of eight bytes would take a second and a gigabyte.
        max_fragments: Pieces of a compressed stream.
        max_scans: Scans of a progressive JPEG stream, each of which visits the whole image; ten are usual.
        max_tiles: Tiles of a JPEG 2000 image.
    """

    max_bytes: int = 256 * 1024 * 1024
    max_pixels: int = 50_000_000
    max_decoded_bytes: int = 256 * 1024 * 1024
    max_expansion: int = 64
    always_decoded_bytes: int = 16 * 1024 * 1024
    max_elements: int = 200_000
    max_fragments: int = 65_536
    max_scans: int = 64
    max_tiles: int = 4096


DEFAULT_LIMITS = ReadLimits()


def check_size(rows: int, columns: int, *, pixel_bytes: int, file_bytes: int, limits: ReadLimits) -> None:
    """Refuse an image by what its header promises.

    Args:
        pixel_bytes: Bytes that the samples of one pixel take.
        file_bytes: Size of the file that holds the image.

    Raises:
        ImageTooLargeError: More pixels, or more bytes once decoded, than `limits` allows.
    """
    if rows * columns > limits.max_pixels:
        raise ImageTooLargeError(
            f"The image has {columns} x {rows} pixels, more than the {limits.max_pixels} that are read.",
            measured=rows * columns,
            limit=limits.max_pixels,
        )
    check_decoded_bytes(rows * columns * pixel_bytes, file_bytes=file_bytes, limits=limits)


def check_decoded_bytes(decoded: int, *, file_bytes: int, limits: ReadLimits) -> None:
    """Refuse what would take too many bytes once decoded, in all or for the size of its file.

    Raises:
        ImageTooLargeError: More than `limits` allows.
    """
    limit = most_decoded_bytes(file_bytes, limits)
    if decoded > limit:
        raise ImageTooLargeError(
            f"The image takes {decoded} bytes once decoded; {limit} are read from a file of {file_bytes} bytes.",
            measured=decoded,
            limit=limit,
        )


def most_decoded_bytes(file_bytes: int, limits: ReadLimits) -> int:
    """Give the bytes that a file of this size may take once decoded."""
    return min(limits.max_decoded_bytes, limits.always_decoded_bytes + limits.max_expansion * file_bytes)
