"""Measures how colour is read where stream and header agree or disagree; a part of docs/transfer-syntaxes.md."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread, uid
from pydicom.encaps import encapsulate
from pydicom.pixels import convert_color_space

from model.imaging.quiet import quiet_pydicom
from model.imaging.reader import read_radiograph
from model.imaging.stream import read_jpeg_header, without_application_data
from tests import codecs
from tests.factories import make_jpeg, make_radiograph_dicom, read_back, write
from tests.phantoms import make_chest_phantom

ROWS, COLUMNS = 96, 80
MOST_ALIKE = 4
"""Gray levels that two decoders of the same lossy colours lie apart at most."""

JFIF = b"\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
HEAD = """
## Colour

A tinted thorax, 8 bits a sample, is encoded and read back as its brightness. A JPEG stream says itself what its
components are: by JFIF's mark, else by the transform that Adobe's mark names, else by components called R, G and B, in
the order of libjpeg-turbo. Photometric Interpretation decides where the stream is silent. So a file that is tagged
wrongly is read rightly too. The last two columns hold the pixels against what pydicom and libjpeg-turbo make of them.

| transfer syntax | in the stream | Photometric Interpretation | pydicom | libjpeg-turbo |
|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """A file in colour.

    Attributes:
        components: What is in the stream, and what marks it.
        stream: The JPEG stream, where there is one.
    """

    syntax: uid.UID
    components: str
    photometric_interpretation: str
    data: bytes
    stream: bytes | None = None

    @property
    def is_marked(self) -> bool:
        """Whether the stream says what its components are."""
        return self.stream is not None and "no mark" not in self.components


def adobe(transform: int) -> bytes:
    """Make Adobe's segment: 0 for red, green, blue; 1 for luma and chroma."""
    return b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0" + bytes([transform])


def section() -> str:
    """Measure every file and write the section."""
    return HEAD + "".join(_row(colour) for colour in colours())


def colours() -> Iterator[Colour]:
    """Give colour in every way in which stream and header go together, or fail to."""
    luma = convert_color_space(_tinted(), "RGB", "YBR_FULL")
    for syntax in (uid.ExplicitVRLittleEndian, uid.RLELossless):
        yield _plain(syntax, "red, green, blue", "RGB", _tinted())
        yield _plain(syntax, "luma, chroma", "YBR_FULL", luma)
    for syntax in (uid.JPEGLosslessSV1, uid.JPEGLSLossless):
        yield _plain(syntax, "red, green, blue", "RGB", _tinted())
    for photometric in ("YBR_RCT", "RGB"):
        yield _plain(uid.JPEG2000Lossless, "luma, chroma", photometric, _tinted())
    for components, stream, photometrics in (
        ("luma, chroma; JFIF", jpeg(JFIF), ("YBR_FULL_422", "YBR_FULL", "RGB")),
        ("luma, chroma; Adobe", jpeg(adobe(1)), ("YBR_FULL_422", "YBR_FULL", "RGB")),
        ("luma, chroma; no mark", jpeg(b""), ("YBR_FULL_422", "YBR_FULL")),
        ("red, green, blue; Adobe", jpeg(adobe(0), is_rgb=True), ("RGB", "YBR_FULL_422")),
        ("red, green, blue; names", jpeg(b"", is_rgb=True, names=b"RGB"), ("RGB", "YBR_FULL")),
        ("red, green, blue; no mark", jpeg(b"", is_rgb=True), ("RGB",)),
    ):
        for photometric in photometrics:
            data = tagged(uid.JPEGBaseline8Bit, stream, photometric)
            yield Colour(
                syntax=uid.JPEGBaseline8Bit,
                components=components,
                photometric_interpretation=photometric,
                data=data,
                stream=stream,
            )


def jpeg(mark: bytes, *, is_rgb: bool = False, names: bytes = b"\1\2\3") -> bytes:
    """Encode the tinted thorax as JPEG.

    Args:
        mark: Segment that says what the components are; empty for none.
        names: Identifiers of the three components.
    """
    encoded = codecs.encode_rgb_jpeg(_tinted()) if is_rgb else make_jpeg(_tinted()[..., ::-1], quality=98)
    header = read_jpeg_header(encoded)
    assert header is not None
    bare = bytearray(without_application_data(encoded, header, ending=b"\xff\xd9"))
    frame, scan = bare.index(b"\xff\xc0"), bare.index(b"\xff\xda")
    bare[frame + 10 : frame + 19 : 3] = names
    bare[scan + 5 : scan + 11 : 2] = names
    return bytes(bare[:2]) + mark + bytes(bare[2:])


def tagged(syntax: uid.UID, stream: bytes, photometric: str) -> bytes:
    """Put a JPEG stream of the tinted thorax into a DICOM file."""
    dataset = read_back(make_radiograph_dicom(_tinted(), bits_stored=8))
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PhotometricInterpretation = photometric
    dataset.PixelData = encapsulate([stream])
    dataset["PixelData"].is_undefined_length = True
    return write(dataset)


def brightness(colours: NDArray[Any]) -> NDArray[Any]:
    """Give ITU-R BT.601 of (H, W, 3) red, green, blue."""
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(colours), cv2.COLOR_RGB2GRAY)).astype(np.float64)


def _tinted() -> NDArray[np.uint8]:
    gray = 20 + 200 * make_chest_phantom(ROWS, COLUMNS)
    return np.rint(np.dstack([0.9 * gray, 0.95 * gray, gray])).astype(np.uint8)


def _plain(syntax: uid.UID, components: str, photometric: str, samples: NDArray[Any]) -> Colour:
    dataset = read_back(make_radiograph_dicom(samples, bits_stored=8, transfer_syntax=syntax))
    dataset.PhotometricInterpretation = photometric
    return Colour(syntax=syntax, components=components, photometric_interpretation=photometric, data=write(dataset))


def _row(colour: Colour) -> str:
    pixels = read_radiograph(colour.data).pixels
    with quiet_pydicom():
        of_pydicom = _apart(pixels, brightness(dcmread(BytesIO(colour.data)).pixel_array))
    of_libjpeg = None
    if colour.stream is not None and colour.is_marked:
        of_libjpeg = _apart(pixels, brightness(codecs.decode_reference(colour.stream, family="jpeg")))
    # The truth lies with libjpeg-turbo where the stream speaks, with pydicom elsewhere.
    assert (of_pydicom if of_libjpeg is None else of_libjpeg) <= MOST_ALIKE
    cells = (colour.syntax.name, colour.components, colour.photometric_interpretation)
    return f"| {' | '.join(cells)} | {_words(of_pydicom)} | {_words(of_libjpeg)} |\n"


def _apart(pixels: NDArray[np.float32], reference: NDArray[Any]) -> float:
    return float(np.abs(pixels - reference).max())


def _words(apart: float | None) -> str:
    if apart is None:
        return "–"
    if apart > MOST_ALIKE:
        return "other colours"
    return f"within {math.ceil(apart)}" if apart else "the same"
