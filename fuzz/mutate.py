"""Makes mutants of sound files, each from the seed and its own number alone, so that any can be made again."""

import math
import struct
from collections.abc import Callable, Iterator
from io import BytesIO
from random import Random

from pydicom import dcmread, uid
from pydicom.dataset import Dataset

from fuzz.seeds import seeds
from model.imaging.quiet import quiet_pydicom
from tests.factories import write
from tests.pngs import SIGNATURE, png_chunk

_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)

_HEADER_TAGS = (
    0x00020000,  # File Meta Information Group Length
    0x00280002,  # Samples per Pixel
    0x00280004,  # Photometric Interpretation
    0x00280008,  # Number of Frames
    0x00280010,  # Rows
    0x00280011,  # Columns
    0x00280100,  # Bits Allocated
    0x00280101,  # Bits Stored
    0x00280102,  # High Bit
    0x00280103,  # Pixel Representation
    0x00280120,  # Pixel Padding Value
    0x00281050,  # Window Center
    0x00281051,  # Window Width
    0x00281052,  # Rescale Intercept
    0x00281053,  # Rescale Slope
    0x00283002,  # LUT Descriptor
    0x7FE00010,  # Pixel Data
)
_VALUES: dict[str, tuple[object, ...]] = {
    "US": (0, 1, 7, 0x7FFF, 0x8000, 0xFFFF),
    "SS": (-0x8000, -5, -1, 0x7FFF),
    "UL": (17, 0x10000, 0x80000000, 0xFFFFFFFF),
    "SL": (-0x80000000, -2_000_000_000, -100_000_000, -1, 0x7FFFFFFF),
    "UV": (0x100000000, 0xFFFFFFFFFFFFFFFF),
    "SV": (-0x8000000000000000, -(10**12), 0x7FFFFFFFFFFFFFFF),
    "FL": (0.5, -1.0, 3e38, 1e-45, math.inf, math.nan),
    "FD": (16.0, 1e18, -1e12, 1e300, -1e300, 1e-300, math.inf, -math.inf, math.nan),
    "DS": ("16", "1e3", "-1e308", "1e308", "1e-308"),
    "IS": ("0", "-3", "2147483647", "-2147483648"),
    "LO": ("sixteen", "0x10", "16\\16"),
    "AT": (0x00280010,),
    "OB": (b"\0\0", b"\xff" * 8),
    "UN": (b"16", b"\xff\xff"),
}
"""Values by the representation they are written in, whatever an attribute should have."""

_DECIMALS = (
    *("0", "-1", "1", "20", "65535", "1e5", "1e12", "1e34", "8e34", "1e38", "1.7e308", "-1.7e308"),
    *("1e-5", "1e-37", "1e-45", "1e-308"),
)
_PAIRS = (
    (0x00181164,),  # Imager Pixel Spacing, both numbers in one attribute
    (0x00280030,),  # Pixel Spacing
    (0x00280034,),  # Pixel Aspect Ratio
    (0x00281052, 0x00281053),  # Rescale Intercept, Rescale Slope
    (0x00281050, 0x00281051),  # Window Center, Window Width
    (0x00280120, 0x00280121),  # Pixel Padding Value, Pixel Padding Range Limit
)
_SYNTAXES = [str(name).encode() for name in uid.UID_dictionary if uid.UID(name).type == "Transfer Syntax"]


def mutants(seed: int, count: int, *, start: int = 0) -> Iterator[tuple[str, bytes]]:
    """Give `count` mutants, each with the name of what was done to it.

    Args:
        seed: Another seed gives other mutants.
        start: Number of the first one.
    """
    for number in range(start, start + count):
        yield mutant(seed, number)


def mutant(seed: int, number: int) -> tuple[str, bytes]:
    """Make one mutant: kind and bytes."""
    random = Random(f"{seed}:{number}")
    _, data = random.choice(seeds())
    kind = random.choice(sorted(_MUTATIONS))
    damaged = _MUTATIONS[kind](random, bytearray(data))
    if kind != "cut" and random.random() < 0.2:
        damaged = _flip_bits(random, bytearray(damaged))
    return kind, bytes(damaged)


def _position(random: Random, data: bytearray, room: int = 1) -> int:
    """Choose an offset, every other time within the first kilobyte, where headers are."""
    last = max(0, len(data) - room)
    return random.randint(0, min(last, 1024) if random.random() < 0.5 else last)


def _flip_bits(random: Random, data: bytearray) -> bytearray:
    for _ in range(random.randint(1, 12)):
        if data:
            data[_position(random, data)] ^= 1 << random.randrange(8)
    return data


def _set_bytes(random: Random, data: bytearray) -> bytearray:
    for _ in range(random.randint(1, 8)):
        start = _position(random, data)
        end = min(len(data), start + random.randint(1, 4))
        data[start:end] = random.choice((b"\0", b"\xff", random.randbytes(1))) * (end - start)
    return data


def _cut(random: Random, data: bytearray) -> bytearray:
    return data[: random.randrange(len(data) + 1)]


def _cut_out(random: Random, data: bytearray) -> bytearray:
    start = _position(random, data)
    del data[start : start + random.randint(1, 64)]
    return data


def _repeat(random: Random, data: bytearray) -> bytearray:
    start = _position(random, data)
    piece = data[start : start + random.randint(1, 256)]
    data[start:start] = piece * random.choice((1, 2, 50))
    return data


def _splice(random: Random, data: bytearray) -> bytearray:
    _, other = random.choice(seeds())
    return data[: random.randrange(len(data) + 1)] + other[random.randrange(len(other)) :]


def _extreme_number(random: Random, data: bytearray) -> bytearray:
    """Set two or four bytes, of either order, to a number that lengths and counts go wrong at."""
    size, order = random.choice((2, 4)), random.choice(("little", "big"))
    start = _position(random, data, size)
    data[start : start + size] = (random.choice(_EXTREMES) % (1 << 8 * size)).to_bytes(size, order)
    return data


def _length_field(random: Random, data: bytearray) -> bytearray:
    """Change the length of an element of the data set, as an explicit or an implicit VR file has it."""
    starts = [at for tag in _HEADER_TAGS for at in _find(data, tag)]
    if not starts:
        return _extreme_number(random, data)
    at = random.choice(starts)
    is_explicit = data[at + 4 : at + 6].isalpha()
    is_long = data[at + 4 : at + 6] in (b"OB", b"OW", b"SQ", b"UN", b"UT", b"OF")
    start, size = (at + 8, 4) if is_long else (at + 6, 2) if is_explicit else (at + 4, 4)
    length = random.choice((*_EXTREMES, random.randrange(64)))
    data[start : start + size] = (length % (1 << 8 * size)).to_bytes(size, "little")
    return data


def _header_value(random: Random, data: bytearray) -> bytearray:
    """Change the value of an attribute that decides how pixels are read."""
    for _ in range(random.randint(1, 3)):
        starts = [at for tag in _HEADER_TAGS[:-1] for at in _find(data, tag)]
        if starts:
            start = random.choice(starts) + 8
            value = random.choice(
                (struct.pack("<H", random.choice(_EXTREMES) & 0xFFFF), random.randbytes(2), b"-1", b"9e")
            )
            data[start : start + 2] = value
    return data


def _other_representation(random: Random, data: bytearray) -> bytearray:
    """Give attributes that decide how pixels are read values of 32 or 64 bits, fractions, text, bytes."""

    def change(dataset: Dataset) -> None:
        for _ in range(random.randint(1, 3)):
            representation = random.choice(sorted(_VALUES))
            tag = random.choice((*_HEADER_TAGS[1:-2], *(tag for pair in _PAIRS for tag in pair)))
            dataset.add_new(tag, representation, random.choice(_VALUES[representation]))

    return _edited(random, data, change)


def _extreme_pairs(random: Random, data: bytearray) -> bytearray:
    """Set both numbers of spacings, aspect ratio, rescale, window or padding, which are reckoned with together."""

    def change(dataset: Dataset) -> None:
        for tags in random.sample(_PAIRS, random.randint(1, 3)):
            first, second = random.choice(_DECIMALS), random.choice(_DECIMALS)
            if len(tags) == 1:
                dataset.add_new(tags[0], "DS", [first, second])
            elif tags[0] == _PAIRS[-1][0]:
                representation = random.choice(("US", "SS", "UL", "SL", "FD", "DS"))
                for tag in tags:
                    dataset.add_new(tag, representation, random.choice(_VALUES[representation]))
            else:
                dataset.add_new(tags[0], "DS", first)
                dataset.add_new(tags[1], "DS", second)

    return _edited(random, data, change)


def _edited(random: Random, data: bytearray, change: Callable[[Dataset], None]) -> bytearray:
    """Change a DICOM file attribute by attribute; any other file, or one that pydicom does not write, byte by byte."""
    try:
        with quiet_pydicom():
            dataset = dcmread(BytesIO(data))
            change(dataset)
            return bytearray(write(dataset))
    except Exception:  # noqa: BLE001 - a value that pydicom does not write is no mutant
        return _set_bytes(random, data)


def _huge_dimensions(random: Random, data: bytearray) -> bytearray:
    """Promise a huge image, in the data set and in the stream."""
    rows, columns = (random.choice((1, 257, 4096, 20000, 65535)) for _ in range(2))
    for tag, value in ((0x00280010, rows), (0x00280011, columns)):
        for at in _find(data, tag):
            data[at + 8 : at + 10] = struct.pack("<H", value)
    for marker in (b"\xff\xc0", b"\xff\xc1", b"\xff\xc2", b"\xff\xc3", b"\xff\xf7"):
        at = data.find(marker)
        if at >= 0:
            data[at + 5 : at + 9] = struct.pack(">HH", rows, columns)
    at = data.find(b"\xff\x4f\xff\x51")
    if at >= 0:
        data[at + 8 : at + 16] = struct.pack(">II", columns, rows)
        if random.random() < 0.7:
            data[at + 24 : at + 32] = random.choice((struct.pack(">II", columns, rows), struct.pack(">II", 1, 1)))
    if data.startswith(SIGNATURE):
        data[8:33] = png_chunk(b"IHDR", struct.pack(">II", columns, rows) + bytes(data[24:29]))
    return data


def _nested_sequences(random: Random, data: bytearray) -> bytearray:
    """Put sequences in sequences, of undefined or defined length, before the pixels."""
    depth, is_defined = random.choice((1, 20, 200, 3000)), random.random() < 0.5
    tag = random.choice((b"\x08\x00\x40\x11", b"\x28\x00\x10\x30", b"\x09\x00\x10\x10"))
    if is_defined:
        nested = b""
        for _ in range(min(depth, 200)):
            item = b"\xfe\xff\x00\xe0" + struct.pack("<I", len(nested)) + nested
            nested = tag + b"SQ\0\0" + struct.pack("<I", len(item)) + item
    else:
        nested = (tag + b"SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff") * depth
        if random.random() < 0.7:
            nested += b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0" * depth
    at = (_find(data, 0x00280002) or [len(data)])[0]
    return data[:at] + nested + data[at:]


def _transfer_syntax(random: Random, data: bytearray) -> bytearray:
    """Name another transfer syntax than that of the pixels."""
    at = data.find(b"\x02\x00\x10\x00UI")
    if at < 0:
        return _set_bytes(random, data)
    length = int.from_bytes(data[at + 6 : at + 8], "little")
    name = random.choice(_SYNTAXES)
    name += b"\0" * (len(name) % 2)
    data[at + 6 : at + 8 + length] = struct.pack("<H", len(name)) + name
    return data


def _png_chunk(random: Random, data: bytearray) -> bytearray:
    """Damage or double a chunk of a PNG file and make its checksum right again."""
    if not data.startswith(SIGNATURE):
        return _set_bytes(random, data)
    chunks, at = [], len(SIGNATURE)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4])
        chunks.append((bytes(data[at + 4 : at + 8]), bytearray(data[at + 8 : at + 8 + length])))
        at += 12 + length
    index = random.randrange(len(chunks))
    name, body = chunks[index]
    match random.randrange(4):
        case 0:
            chunks[index] = (name, _flip_bits(random, body))
        case 1:
            chunks.insert(index, (name, body))
        case 2:
            chunks[index] = (name, body[: random.randrange(len(body) + 1)])
        case _:
            other = random.choice((b"tRNS", b"PLTE", b"eXIf", b"acTL", b"fdAT", b"zTXt", b"iCCP", b"sBIT"))
            chunks.insert(index, (other, bytearray(random.randbytes(random.randrange(64)))))
    return bytearray(SIGNATURE) + b"".join(png_chunk(name, bytes(body)) for name, body in chunks)


def _stream_segment(random: Random, data: bytearray) -> bytearray:
    """Damage a marker segment of a JPEG, JPEG-LS or JPEG 2000 stream: tables, components, parameters of the coding."""
    marks = (0xC0, 0xC1, 0xC3, 0xC4, 0xDA, 0xDB, 0xDD, 0xE0, 0xEE, 0xF7, 0xF8, 0x51, 0x52, 0x5C, 0x90, 0x93)
    found = [at for mark in marks for at in _find_bytes(data, bytes((0xFF, mark)))]
    if not found:
        return _set_bytes(random, data)
    at = random.choice(found)
    for _ in range(random.randint(1, 4)):
        position = min(len(data) - 1, at + random.randint(2, 40))
        data[position] = random.choice((0, 1, 0x7F, 0xFF, random.randrange(256)))
    return data


def _find(data: bytearray, tag: int) -> list[int]:
    return _find_bytes(data, struct.pack("<HH", tag >> 16, tag & 0xFFFF))


def _find_bytes(data: bytearray, wanted: bytes) -> list[int]:
    found, at = [], data.find(wanted)
    while at >= 0 and len(found) < 64:
        found.append(at)
        at = data.find(wanted, at + 1)
    return found


_MUTATIONS: dict[str, Callable[[Random, bytearray], bytearray]] = {
    "bit flips": _flip_bits,
    "bytes": _set_bytes,
    "cut": _cut,
    "cut out": _cut_out,
    "repeated piece": _repeat,
    "splice of two files": _splice,
    "extreme number": _extreme_number,
    "length field": _length_field,
    "header value": _header_value,
    "other representation": _other_representation,
    "extreme pairs": _extreme_pairs,
    "huge dimensions": _huge_dimensions,
    "nested sequences": _nested_sequences,
    "other transfer syntax": _transfer_syntax,
    "PNG chunk": _png_chunk,
    "stream segment": _stream_segment,
}
