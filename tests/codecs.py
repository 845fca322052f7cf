"""Encoders of the compressions that no library of the application writes; imagecodecs, which only developers have."""

from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray


def encode_jpeg(pixels: NDArray[Any], *, precision: int, quality: int = 92) -> bytes:
    """Encode gray or colour as sequential lossy JPEG.

    Args:
        precision: Bits a sample, 8 or 12.
    """
    return bytes(imagecodecs.jpeg8_encode(_samples(pixels), level=quality, bitspersample=precision))


def encode_rgb_jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """Encode (H, W, 3) red, green, blue as JPEG that keeps them, with Adobe's mark."""
    return bytes(imagecodecs.jpeg8_encode(pixels, level=98, colorspace="rgb", outcolorspace="rgb"))


def encode_cmyk_jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """Encode (H, W, 4) ink as JPEG with Adobe's mark, 255 = no ink, as Adobe's programs do."""
    return bytes(imagecodecs.jpeg8_encode(pixels, level=98, colorspace="cmyk", outcolorspace="cmyk"))


def encode_lossless_jpeg(pixels: NDArray[Any], *, precision: int, selection: int = 1) -> bytes:
    """Encode as JPEG Lossless, process 14.

    Args:
        selection: Selection Value, the predictor, 1 to 7.
    """
    return bytes(
        imagecodecs.jpeg8_encode(_samples(pixels), lossless=True, predictor=selection, bitspersample=precision)
    )


def encode_near_lossless(pixels: NDArray[Any], *, near: int) -> bytes:
    """Encode as JPEG-LS whose values differ by at most `near`."""
    return bytes(imagecodecs.jpegls_encode(_samples(pixels), level=near))


def encode_jpeg2000(pixels: NDArray[Any], *, decibels: float) -> bytes:
    """Encode as a lossy JPEG 2000 codestream.

    Args:
        decibels: Peak signal to noise ratio.
    """
    return bytes(imagecodecs.jpeg2k_encode(_samples(pixels), level=decibels, codecformat="j2k", reversible=False))


def encode_htj2k(pixels: NDArray[Any], *, step: float | None = None) -> bytes:
    """Encode as a High-Throughput JPEG 2000 codestream in the order RPCL.

    Args:
        step: Quantization of the irreversible transform, as a share of the range; `None` for the reversible one.
    """
    if step is None:
        return bytes(imagecodecs.htj2k_encode(_samples(pixels)))
    return bytes(imagecodecs.htj2k_encode(_samples(pixels), level=step, reversible=False))


def decode_reference(stream: bytes, *, family: str) -> NDArray[Any]:
    """Decode with another library than the application does.

    Args:
        family: `jpeg` (libjpeg-turbo), `jpegls` (CharLS), `jpeg2k` (OpenJPEG) or `htj2k` (OpenJPH).
    """
    decoders = {
        "jpeg": imagecodecs.jpeg8_decode,
        "jpegls": imagecodecs.jpegls_decode,
        "jpeg2k": imagecodecs.jpeg2k_decode,
        "htj2k": imagecodecs.htj2k_decode,
    }
    return np.asarray(decoders[family](stream))


def _samples(pixels: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(pixels.astype(np.uint8 if pixels.max() <= 255 else np.uint16))
