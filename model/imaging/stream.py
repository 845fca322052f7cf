"""Reads the sizes that a compressed stream declares about itself, before a decoder is trusted with it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

_JPEG_START_OF_SCAN = 0xDA
_JPEG_JFIF, _JPEG_ADOBE = 0xE0, 0xEE
_SCAN = bytes((0xFF, _JPEG_START_OF_SCAN))
_END_OF_IMAGE = b"\xff\xd9"
# Start-of-frame markers of ITU-T T.81 table B.1 and T.87 (0xF7, JPEG-LS); C4, C8 and CC are not frames.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}
_JPEG_ARITHMETIC = frozenset({0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
# Tables and restart intervals (C4, CC, DB, DD), application data (E0 to EF), comments (FE), JPEG-LS parameters (F8).
_JPEG_APPLICATION = frozenset(range(0xE0, 0xF0)) | {0xFE}
_JPEG_SEGMENTS = _JPEG_FRAMES | _JPEG_APPLICATION | {0xC4, 0xCC, 0xDB, 0xDD, 0xF8, _JPEG_START_OF_SCAN}


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHeader:
    """What a compressed stream says about its image.

    Attributes:
        precision: Bits a sample.
        body: Offset of the first byte after the header, where entropy-coded data begins.
        end: Offset of the end mark of a JPEG stream; where it has none, and for JPEG 2000, the length of the stream.
        start: Offset of the stream itself: after the boxes of a JP2 file, else 0.
        is_signed: Samples of a JPEG 2000 stream may be below 0.
        is_arithmetic: A JPEG stream is coded arithmetically, not with Huffman's codes.
        n_scans: Times that a JPEG stream goes over the image; more than one where it is progressive.
        n_tiles: Pieces that a JPEG 2000 image is cut into.
    """

    rows: int
    columns: int
    components: int
    precision: int
    body: int
    end: int
    start: int = 0
    is_signed: bool = False
    is_arithmetic: bool = False
    n_scans: int = 1
    n_tiles: int = 1


def read_jpeg_header(stream: bytes) -> StreamHeader | None:
    """Read the frame header of a JPEG or JPEG-LS stream; `None` when the segments before its first scan are malformed.

    Source:
        ITU-T T.81 B.2.2 (frame header), B.1.1.4 (marker segments); T.87 C.2.2.
    """
    header: StreamHeader | None = None
    for marker, start, end in _segments(stream):
        if marker in _JPEG_FRAMES:
            if header is not None or end - start < 10:
                return None
            header = StreamHeader(
                precision=stream[start + 4],
                rows=int.from_bytes(stream[start + 5 : start + 7]),
                columns=int.from_bytes(stream[start + 7 : start + 9]),
                components=stream[start + 9],
                is_arithmetic=marker in _JPEG_ARITHMETIC,
                body=0,
                end=0,
            )
        if marker == _JPEG_START_OF_SCAN and header is not None:
            # Entropy-coded data never hold a marker: a byte 0xFF of theirs is followed by 0.
            n_scans = 1 + stream.count(_SCAN, end)
            # One scan is searched from its end, as 10 MB from its start take tens of milliseconds; behind several,
            # another image may follow.
            image_end = stream.rfind(_END_OF_IMAGE, end) if n_scans == 1 else stream.find(_END_OF_IMAGE, end)
            return replace(header, body=end, end=len(stream) if image_end < 0 else image_end, n_scans=n_scans)
    return None


def jpeg_endings(header: StreamHeader) -> tuple[bytes, ...]:
    """Give what to put in place of a JPEG stream's end mark, so that a decoder tells whether the data are complete.

    Decoders that find the end mark too early paint what is missing gray and say so to nobody. One scan is decoded as it
    arrives: without the mark, a decoder that asks for more than the spare bytes fails. Several scans are drawn only
    once the mark is there: where two endings give different pixels, the data before them do not suffice. Arithmetic
    coding leaves zeros at its end out, so that nothing tells them from missing ones.
    """
    if header.is_arithmetic:
        return (_END_OF_IMAGE,)
    if header.n_scans == 1:
        return (bytes(_SPARE_BYTES),)
    return (_END_OF_IMAGE, bytes(range(1, 1 + 4 * _SPARE_BYTES)) + _END_OF_IMAGE)


_SPARE_BYTES = 16
"""Chosen: decoders read 8 bytes ahead of the last bit they need. Fewer missing bytes than these are not noticed."""


def is_luma_and_chroma(stream: bytes) -> bool | None:
    """Tell whether the three components of a JPEG stream are luma and chroma or red, green and blue.

    Returns:
        `None` where the stream does not say; numbers such as 1, 2 and 3 are in use for either.

    Source:
        ITU-T T.871 (JFIF), T.872 6.5.3 (Adobe's transform); in the order of libjpeg.
    """
    if application_data(stream, _JPEG_JFIF, b"JFIF\0"):
        return True
    transform = application_data(stream, _JPEG_ADOBE, b"Adobe")[6:7]
    if transform in (b"\0", b"\1"):
        return transform == b"\1"
    frames = (stream[start:end] for marker, start, end in _segments(stream) if marker in _JPEG_FRAMES)
    return False if next(frames, b"")[10::3] in (b"RGB", b"rgb") else None


def application_data(stream: bytes, marker: int, prefix: bytes) -> bytes:
    """Give what follows `prefix` in the first application segment that begins with it, or nothing.

    Args:
        stream: A JPEG stream.
        marker: Second byte of the segment's marker, 0xE0 to 0xEF.
    """
    for found, start, end in _segments(stream):
        if found == marker and stream.startswith(prefix, start + 4, end):
            return stream[start + 4 + len(prefix) : end]
    return b""


def without_application_data(stream: bytes, header: StreamHeader, *, ending: bytes) -> bytes:
    """Leave out what applications wrote into a JPEG stream.

    Decoders act on it, and GDCM ends the process over a resolution, a thumbnail or a colour transform that it does not
    like.

    Args:
        stream: A JPEG stream.
        header: As `read_jpeg_header` gives it.
        ending: What comes after the coded data, in place of the end mark and of what lies behind it.
    """
    kept = [stream[:2]]
    position = 2
    for marker, start, end in _segments(stream):
        if marker not in _JPEG_APPLICATION:
            kept.append(stream[start:end])
        position = end
    return b"".join([*kept, stream[position : header.end], ending])


def _segments(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Walk the marker segments up to the first scan: marker, start and end. Stops early where they are malformed."""
    if stream[:2] != b"\xff\xd8":
        return
    position = 2
    while position + 4 <= len(stream) and stream[position] == 0xFF:
        marker = stream[position + 1]
        if marker == 0xFF:  # a fill byte
            position += 1
            continue
        end = position + 2 + int.from_bytes(stream[position + 2 : position + 4])
        if marker not in _JPEG_SEGMENTS or end < position + 4 or end > len(stream):
            return
        yield marker, position, end
        if marker == _JPEG_START_OF_SCAN:
            return
        position = end


def read_jpeg2000_header(stream: bytes) -> StreamHeader | None:
    """Read the SIZ segment of a JPEG 2000 codestream, bare or in a JP2 file; `None` when there is none.

    Source:
        ISO/IEC 15444-1 A.5.1.
    """
    start = stream.find(b"\xff\x4f\xff\x51", 0, 4096)
    if start < 0 or len(stream) < start + 43:
        return None

    def number(offset: int, size: int = 4) -> int:
        return int.from_bytes(stream[start + offset : start + offset + size])

    x_tile, y_tile = number(24), number(28)
    if not x_tile or not y_tile:
        return None
    return StreamHeader(
        rows=number(12) - number(20),
        columns=number(8) - number(16),
        components=number(40, 2),
        precision=(number(42, 1) & 0x7F) + 1,
        is_signed=number(42, 1) > 0x7F,
        body=start + 43,
        end=len(stream),
        start=start,
        n_tiles=-(-(number(8) - number(32)) // x_tile) * -(-(number(12) - number(36)) // y_tile),
    )
