"""The sound files that mutants are made of: small ones of every kind that is read, and those that pydicom ships."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from pydicom import uid
from pydicom.data.data_manager import DATA_ROOT

from model.imaging.dicom_pixels import PLUGINS
from tests import codecs
from tests.factories import (
    make_chest_dicom,
    make_chest_phantom,
    make_jpeg,
    make_lut,
    make_png,
    make_radiograph_dicom,
    make_step_wedge,
)
from tests.pngs import draw_png, png_chunk

ROWS, COLUMNS = 64, 50
LARGEST_SHIPPED = 48 * 1024
"""Bytes; larger files of pydicom only take longer."""


@cache
def seeds() -> tuple[tuple[str, bytes], ...]:
    """Give every seed with its name, the same ones in the same order on every machine."""
    return (*_dicom(), *_raster(), *_shipped())


def _dicom() -> Iterator[tuple[str, bytes]]:
    for name in PLUGINS:
        syntax = uid.UID(name)
        for bits in (8,) if syntax == uid.JPEGBaseline8Bit else (8, 12):
            yield (
                f"{syntax.keyword}-{bits}",
                make_chest_dicom(rows=ROWS, columns=COLUMNS, bits_stored=bits, transfer_syntax=syntax),
            )
    for syntax in (uid.ExplicitVRLittleEndian, uid.RLELossless, uid.JPEG2000Lossless, uid.JPEGLSLossless):
        wedge = make_step_wedge(ROWS, COLUMNS, is_signed=True)
        yield f"{syntax.keyword}-signed", make_radiograph_dicom(wedge, is_signed=True, transfer_syntax=syntax)
        yield (
            f"{syntax.keyword}-monochrome1",
            make_chest_dicom(rows=ROWS, columns=COLUMNS, monochrome1=True, transfer_syntax=syntax, PixelPaddingValue=0),
        )
    colour = np.dstack([np.rint(make_chest_phantom(ROWS, COLUMNS) * 255).astype(np.int64)] * 3)
    for syntax in (uid.ExplicitVRLittleEndian, uid.RLELossless, uid.JPEG2000Lossless):
        yield f"{syntax.keyword}-colour", make_radiograph_dicom(colour, bits_stored=8, transfer_syntax=syntax)
    table = [i // 16 for i in range(4096)]
    yield "modality-lut", make_radiograph_dicom(ModalityLUTSequence=[make_lut(table, first_value=0, bits=8)])
    yield "voi-lut", make_radiograph_dicom(VOILUTSequence=[make_lut(table, first_value=0, bits=8)])
    yield "windows", make_radiograph_dicom(WindowCenter=["2048", "100"], WindowWidth=["4096", "1"])
    yield "no-preamble", make_chest_dicom(rows=ROWS, columns=COLUMNS)[132:]


def _raster() -> Iterator[tuple[str, bytes]]:
    gray = np.rint(make_chest_phantom(ROWS, COLUMNS) * 255).astype(np.uint8)
    tinted = np.dstack([gray, gray, gray // 2])
    yield "png-8", make_png(gray)
    yield "png-16", make_png(gray.astype(np.uint16) * 257)
    yield "png-colour", make_png(tinted)
    yield "png-alpha", make_png(np.dstack([tinted, gray]))
    palette = png_chunk(b"PLTE", bytes(value for entry in range(256) for value in (entry, entry, entry)))
    yield "png-palette", draw_png(gray.astype(np.int64), depth=8, colour_type=3, extra=palette)
    yield "jpeg", make_jpeg(gray)
    yield "jpeg-colour", make_jpeg(tinted)
    yield "jpeg-12", codecs.encode_jpeg(gray.astype(np.uint16) * 16, precision=12)
    yield "jpeg-cmyk", codecs.encode_cmyk_jpeg(np.dstack([np.full_like(tinted, 255), gray]))


def _shipped() -> Iterator[tuple[str, bytes]]:
    for path in sorted((Path(DATA_ROOT) / "test_files").glob("*.dcm")):
        if path.stat().st_size <= LARGEST_SHIPPED:
            yield path.name, path.read_bytes()
