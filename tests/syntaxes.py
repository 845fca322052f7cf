"""Measures every transfer syntax against known pixels and writes what it finds as docs/transfer-syntaxes.md."""

import math
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread, uid
from pydicom.encaps import get_frame

from model.errors import UnsupportedTransferSyntaxError
from model.imaging.dicom_pixels import PLUGINS
from model.imaging.reader import read_radiograph
from tests import colours
from tests.codecs import decode_reference
from tests.factories import make_chest_phantom, make_radiograph_dicom, read_back, write

PAGE = Path(__file__).resolve().parent.parent / "docs" / "transfer-syntaxes.md"
ROWS, COLUMNS = 96, 80
DEPTHS = (8, 10, 12, 16)

_DECODERS = {
    "": "pydicom",
    "gdcm": "GDCM",
    "pyjpegls": "pyjpegls (CharLS)",
    "pylibjpeg": "pylibjpeg-openjpeg (OpenJPEG)",
}
_DEPTHS_OF = {uid.JPEGBaseline8Bit: (8,), uid.JPEGExtended12Bit: (8, 10, 12)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Another library that decodes the streams of a lossy syntax."""

    name: str
    family: str


_REFERENCES = {
    uid.JPEGBaseline8Bit: Reference(name="libjpeg-turbo", family="jpeg"),
    uid.JPEGExtended12Bit: Reference(name="libjpeg-turbo", family="jpeg"),
    uid.JPEGLSNearLossless: Reference(name="CharLS as imagecodecs has it", family="jpegls"),
    uid.JPEG2000: Reference(name="OpenJPEG as imagecodecs has it", family="jpeg2k"),
    uid.HTJ2K: Reference(name="OpenJPH", family="htj2k"),
}

_HEAD = """# Transfer syntaxes

`make golden` measures this page and a test fails when it no longer holds. For each transfer syntax a drawn thorax is
encoded at every depth that the syntax takes, as MONOCHROME2, and read back. *Exact* means that every stored value came
back. Lossy pixels are held against another library's decoding of the same bytes, in grey levels of the stored values.
Benchmarks of each decoder beside plain pydicom are in [benchmarks/RESULTS.md](../benchmarks/RESULTS.md).

## Read

| transfer syntax | UID | bits | pixels | decoder |
|---|---|---|---|---|
"""

_DAMAGE = """
## Damage

A stream that ends too early is refused in every syntax, also where an end mark was put behind what is left of it.
Damage inside a stream is refused where the decoder can tell; no compression of DICOM has a checksum. JPEG-LS streams
with a wrong bit nearly always end with too few or too many pixels, which is refused. In JPEG, JPEG Lossless and
JPEG 2000 a wrong bit can leave a whole image of other values, and nothing in the file tells it from the right one.

Not noticed either: up to 16 bytes that are missing at the end of a JPEG stream, a progressive one that lost its last
scans as a whole, and what a JPEG file holds below the rows that it declares.
"""

_REFUSED_HEAD = """
## Refused

Every other transfer syntax that DICOM names is refused with `UNSUPPORTED_TRANSFER_SYNTAX` before any of its pixels is
decoded:

"""


def page() -> str:
    """Measure every syntax and write the page."""
    rows = "".join(_row(uid.UID(syntax)) for syntax in PLUGINS)
    refused = "".join(f"- {syntax.name}, {syntax}\n" for syntax in refused_syntaxes())
    return _HEAD + rows + colours.section() + _DAMAGE + _REFUSED_HEAD + refused


def refused_syntaxes() -> list[uid.UID]:
    """Give the syntaxes of the standard that are not read; retired ones, which pydicom knows too, are among them.

    Raises:
        AssertionError: One of them is read after all, or refused as something else.
    """
    known = [uid.UID(name) for name in uid.UID_dictionary if uid.UID(name).type == "Transfer Syntax"]
    others = [syntax for syntax in known if syntax not in PLUGINS]
    for syntax in others:
        dataset = read_back(make_radiograph_dicom(transfer_syntax=uid.JPEGLSLossless))
        dataset.file_meta.TransferSyntaxUID = syntax
        try:
            read_radiograph(write(dataset))
        except UnsupportedTransferSyntaxError:
            continue
        raise AssertionError(f"{syntax.name} was not refused")
    return others


def _row(syntax: uid.UID) -> str:
    depths = _DEPTHS_OF.get(syntax, DEPTHS)
    reference = _REFERENCES.get(syntax)
    differences = [_difference(syntax, bits, reference) for bits in depths]
    worst = max(differences)
    if reference is None:
        assert worst == 0, f"{syntax.name} is not exact"
        found = "exact"
    elif worst == 0:
        found = f"those of {reference.name}"
    else:
        found = f"those of {reference.name}, within {math.ceil(worst)}"
    decoder = "our own (`model/imaging/rle.py`)" if syntax == uid.RLELossless else _DECODERS[PLUGINS[syntax]]
    bits = f"{depths[0]} to {depths[-1]}" if len(depths) > 1 else str(depths[0])
    return f"| {syntax.name} | {syntax} | {bits} | {found} | {decoder} |\n"


def _difference(syntax: uid.UID, bits: int, reference: Reference | None) -> float:
    """Give the largest difference of the stored values from what was encoded, or from what the reference decodes."""
    # Away from black and white: beyond them some decoders cut lossy values off, and others let them wrap round.
    expected: NDArray[Any] = np.rint((0.05 + 0.9 * make_chest_phantom(ROWS, COLUMNS)) * (2**bits - 1)).astype(np.int64)
    data = make_radiograph_dicom(expected, bits_stored=bits, transfer_syntax=syntax)
    if reference is not None:
        stream = get_frame(dcmread(BytesIO(data)).PixelData, 0, number_of_frames=1)
        expected = decode_reference(stream, family=reference.family)
    return float(np.abs(read_radiograph(data).pixels - expected.astype(np.float64)).max())
