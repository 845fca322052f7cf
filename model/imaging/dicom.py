"""Reads a DICOM Part 10 file to a `Radiograph`: parses, decodes, applies the modality step, chooses the VOI step."""

import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread, uid
from pydicom.dataset import FileDataset

from model.errors import ImageTooLargeError, UnreadableDicomError
from model.imaging import dicom_header
from model.imaging.dicom_modality import ModalityTransform, read_modality, read_padding
from model.imaging.dicom_pixels import PixelLayout, decode_stored, read_layout
from model.imaging.dicom_voi import choose_voi
from model.imaging.limits import ReadLimits
from model.imaging.quiet import quiet_pydicom
from model.imaging.radiograph import (
    Caution,
    Encoding,
    PhotometricInterpretation,
    PresentationLutShape,
    Radiograph,
    VoiLut,
    VoiWindow,
)
from model.imaging.raster import to_gray

# Without a preamble a data set begins with the file meta information or, older still, with group 0008.
_BARE_STARTS = (b"\x02\x00\x00\x00", b"\x02\x00\x10\x00", b"\x08\x00\x05\x00", b"\x08\x00\x08\x00", b"\x08\x00\x16\x00")

_POLARITY_CONTRADICTED = Caution(
    code="POLARITY_CONTRADICTED",
    detail="Photometric Interpretation and Presentation LUT Shape of this file disagree about which end of the values "
    "is white. Photometric Interpretation was followed: check that bones are bright.",
)
_TRANSFER_SYNTAX_ASSUMED = Caution(
    code="TRANSFER_SYNTAX_ASSUMED",
    detail="This file does not name its transfer syntax. Its pixels were read as uncompressed.",
)
_BITS_STORED_EXCEEDED = Caution(
    code="BITS_STORED_EXCEEDED",
    detail="This file holds values beyond what Bits Stored allows. They were kept as they are.",
)


def is_dicom(data: bytes) -> bool:
    """Tell by the content: `DICM` after the preamble, or the first attributes of a data set without one."""
    return data[128:132] == b"DICM" or data[:4] in _BARE_STARTS


def read_dicom(data: bytes, *, limits: ReadLimits) -> Radiograph:
    """Decode a DICOM file of one frame.

    Raises:
        UnreadableDicomError: Truncated, or a needed attribute is missing, malformed or contradictory.
        UnsupportedTransferSyntaxError: A compression that no installed decoder reads.
        UnsupportedPixelsError: Several frames, a palette, floating-point pixels.
        ImageTooLargeError: More pixels than `limits` allows.
    """
    with quiet_pydicom():
        dataset, cautions = _parse(data, limits)
        layout = read_layout(dataset, limits=limits)
        decoded = _to_modality(dataset, layout)
        return _assemble(dataset, layout, decoded, cautions)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decoded:
    """The modality pixels of a file and the way its values are to be shown."""

    pixels: NDArray[np.float32]
    value_range: tuple[float, float]
    padding: tuple[float, float] | None = None
    voi: VoiWindow | VoiLut | None = None
    cautions: tuple[Caution, ...] = ()


def _parse(data: bytes, limits: ReadLimits) -> tuple[FileDataset, tuple[Caution, ...]]:
    try:
        _check_inflated_size(data, limits)
        dataset = dcmread(BytesIO(data), force=data[128:132] != b"DICM")
        is_named = "TransferSyntaxUID" in dataset.file_meta
        if not is_named:
            implicit, little = dataset.original_encoding
            dataset.file_meta.TransferSyntaxUID = _uncompressed(
                is_implicit=bool(implicit), is_little=little is not False
            )
    except ImageTooLargeError:
        raise
    except Exception as error:  # pydicom raises whatever its parsing meets; any of it means that the file is damaged
        raise UnreadableDicomError("The DICOM file is damaged or cut off: it cannot be parsed.") from error
    return dataset, () if is_named else (_TRANSFER_SYNTAX_ASSUMED,)


def _uncompressed(*, is_implicit: bool, is_little: bool) -> uid.UID:
    if not is_little:
        return uid.ExplicitVRBigEndian
    return uid.ImplicitVRLittleEndian if is_implicit else uid.ExplicitVRLittleEndian


def _check_inflated_size(data: bytes, limits: ReadLimits) -> None:
    """Inflate a deflated data set piece by piece and stop at the limit, before pydicom would inflate it whole."""
    name = uid.DeflatedExplicitVRLittleEndian.encode()
    if name not in data[:2048]:
        return
    # File Meta Information Group Length (0002,0000) is the first element and counts what follows it.
    start = 144 + int.from_bytes(data[140:144], "little")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    pending, size = data[start:], 0
    while pending and not inflater.eof:
        size += len(inflater.decompress(pending, 1 << 20))
        pending = inflater.unconsumed_tail
        if size > limits.max_inflated_bytes:
            raise ImageTooLargeError(
                f"This DICOM file inflates to more than {limits.max_inflated_bytes} bytes.",
                measured=size,
                limit=limits.max_inflated_bytes,
            )


def _to_modality(dataset: FileDataset, layout: PixelLayout) -> _Decoded:
    stored = decode_stored(dataset, layout)
    if layout.is_colour:
        # Windows and rescale are not defined for colour (DICOM PS3.3 C.7.6.3.1.2): the representable range holds.
        gray, caution = to_gray(stored[..., ::-1])
        return _Decoded(
            pixels=gray.astype(np.float32),
            value_range=(0.0, float(2**layout.bits_stored - 1)),
            cautions=() if caution is None else (caution,),
        )
    stored_range, is_exceeded = _stored_range(stored, layout)
    transform = read_modality(dataset, stored_range)
    pixels = transform.apply(stored)
    padding = _usable_padding(dataset, layout, transform, pixels)
    voi, cautions = choose_voi(dataset, pixels, padding=padding, value_range=transform.value_range)
    return _Decoded(
        pixels=pixels,
        value_range=transform.value_range,
        padding=padding,
        voi=voi,
        cautions=((_BITS_STORED_EXCEEDED,) if is_exceeded else ()) + cautions,
    )


def _stored_range(stored: NDArray[Any], layout: PixelLayout) -> tuple[tuple[int, int], bool]:
    """Give the values that Bits Stored can represent, or those of a deeper sample when the pixels need it."""
    lowest, highest = int(stored.min()), int(stored.max())
    bits = layout.bits_stored
    while (
        not _representable(bits, is_signed=layout.is_signed)[0]
        <= lowest
        <= highest
        <= (_representable(bits, is_signed=layout.is_signed)[1])
    ):
        bits += 1
    return _representable(bits, is_signed=layout.is_signed), bits != layout.bits_stored


def _representable(bits: int, *, is_signed: bool) -> tuple[int, int]:
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if is_signed else (0, 2**bits - 1)


def _usable_padding(
    dataset: FileDataset, layout: PixelLayout, transform: ModalityTransform, pixels: NDArray[np.float32]
) -> tuple[float, float] | None:
    """Give the padding, unless it would cover the whole image."""
    padding = read_padding(dataset, transform, is_signed=layout.is_signed, bits_stored=layout.bits_stored)
    if padding is None or ((pixels >= padding[0]) & (pixels <= padding[1])).all():
        return None
    return padding


def _assemble(
    dataset: FileDataset, layout: PixelLayout, decoded: _Decoded, cautions: tuple[Caution, ...]
) -> Radiograph:
    photometric = PhotometricInterpretation.MONOCHROME2
    if layout.photometric_interpretation == "MONOCHROME1":
        photometric = PhotometricInterpretation.MONOCHROME1
    matching = (
        PresentationLutShape.INVERSE
        if photometric is PhotometricInterpretation.MONOCHROME1
        else PresentationLutShape.IDENTITY
    )
    given = dicom_header.text(dataset, "PresentationLUTShape")
    shape = PresentationLutShape(given) if given in ("IDENTITY", "INVERSE") else matching
    return Radiograph(
        pixels=decoded.pixels,
        value_range=decoded.value_range,
        encoding=Encoding.DICOM,
        photometric_interpretation=photometric,
        presentation_lut_shape=shape,
        voi=decoded.voi,
        padding=decoded.padding,
        view_position=dicom_header.view_position(dataset),
        image_laterality=dicom_header.text(dataset, "ImageLaterality"),
        modality=dicom_header.text(dataset, "Modality"),
        body_part_examined=dicom_header.text(dataset, "BodyPartExamined"),
        spacing=dicom_header.spacing(dataset),
        age_years=dicom_header.age_years(dataset),
        burned_in_annotation=dicom_header.burned_in_annotation(dataset),
        cautions=cautions + decoded.cautions + (() if shape is matching else (_POLARITY_CONTRADICTED,)),
    )
