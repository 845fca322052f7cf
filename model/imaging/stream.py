"""Reads the sizes that a compressed stream declares about itself, before a decoder is trusted with it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

_JPEG_START_OF_SCAN = 0xDA
_JPEG_ADOBE = 0xEE
# Start-of-frame markers of ITU-T T.81 table B.1 and T.87 (0xF7, JPEG-LS); C4, C8 and CC are not frames.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}
# Tables and restart intervals (C4, CC, DB, DD), application data (E0 to EF), comments (FE), JPEG-LS parameters (F8).
_JPEG_APPLICATION = frozenset(range(0xE0, 0xF0)) | {0xFE}
_JPEG_SEGMENTS = _JPEG_FRAMES | _JPEG_APPLICATION | {0xC4, 0xCC, 0xDB, 0xDD, 0xF8, _JPEG_START_OF_SCAN}


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHeader:
    """What a compressed stream says about its image.

    Attributes:
        precision: Bits a sample.
        body: Offset of the first byte after the header, where entropy-coded data begins.
    """

    rows: int
    columns: int
    components: int
    precision: int
    body: int


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
                body=0,
            )
        if marker == _JPEG_START_OF_SCAN and header is not None:
            return replace(header, body=end)
    return None


def without_application_data(stream: bytes) -> bytes:
    """Leave out what applications wrote into a JPEG stream, down to Adobe's colour transform.

    Decoders act on it, and GDCM ends the process over a resolution or a thumbnail that it does not like.

    Args:
        stream: One that `read_jpeg_header` reads.
    """
    kept = [stream[:2]]
    position = 2
    for marker, start, end in _segments(stream):
        if marker not in _JPEG_APPLICATION or marker == _JPEG_ADOBE:
            kept.append(stream[start:end])
        position = end
    return b"".join([*kept, stream[position:]])


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

    return StreamHeader(
        rows=number(12) - number(20),
        columns=number(8) - number(16),
        components=number(40, 2),
        precision=(number(42, 1) & 0x7F) + 1,
        body=start + 43,
    )
