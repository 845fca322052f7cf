"""Random changes to training images: what differs between hospitals and must not matter."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from model.cover import fill

Image = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentConfig:
    """Strength of the changes; zero switches one off.

    Attributes:
        rotation_degrees: Largest turn either way.
        zoom: Largest relative change of width and of height, drawn apart.
        shift: Largest shift, as a share of the side.
        mirror: Probability of a left-right mirror image.
        tone: Strength of gamma and contrast curves.
        texture: Probability of blur, sharpening, resampling, noise or JPEG artefacts, each.
        marks: Probability of letters, lines or a dark border.
        covering: Probability of rectangles filled from their surroundings, as a reader's question fills them.
    """

    rotation_degrees: float = 8.0
    zoom: float = 0.15
    shift: float = 0.06
    mirror: float = 0.5
    tone: float = 0.5
    texture: float = 0.3
    marks: float = 0.3
    covering: float = 0.0


def random_affine(rng: Generator, size: int, scale: float, config: AugmentConfig) -> NDArray[np.float64]:
    """Draw the (2, 3) matrix from output to input coordinates, with `scale` input pixels per output pixel."""
    angle = np.deg2rad(rng.uniform(-1, 1) * config.rotation_degrees)
    zoom = scale * (1 + rng.uniform(-1, 1, 2) * config.zoom)
    flip = -1.0 if rng.random() < config.mirror else 1.0
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.diag([flip * zoom[0], zoom[1]])
    shift = rng.uniform(-1, 1, 2) * config.shift * size * scale
    return np.column_stack([linear, shift])


def warp(image: Image, matrix: NDArray[np.float64], size: int, *, order: int = cv2.INTER_LINEAR) -> Image:
    """Sample a (size, size) image through `matrix`, whose origins are the two images' centres."""
    linear, shift = matrix[:, :2], matrix[:, 2]
    source_center = (np.array(image.shape[::-1]) - 1) / 2
    target_center = np.full(2, (size - 1) / 2)
    full = np.column_stack([linear, source_center + shift - linear @ target_center])
    flags = order | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(image, full, (size, size), flags=flags, borderMode=cv2.BORDER_REFLECT_101))


def change_tone(rng: Generator, image: Image, config: AugmentConfig) -> Image:
    """Bend the grey scale as another detector, window or film would."""
    low, high = float(image.min()), float(image.max())
    if config.tone == 0 or high <= low:
        return image
    x = (image - low) / (high - low)
    x = np.power(x, np.float32(np.exp(rng.normal(0, config.tone))))
    if rng.random() < 0.5:  # an S-curve or its opposite
        k = np.float32(rng.normal(0, config.tone))
        x = np.clip(x + k * x * (1 - x) * (2 * x - 1) * 2, 0, 1)
    if rng.random() < 0.3:  # uneven exposure
        ramp = np.linspace(-1, 1, x.shape[0], dtype=np.float32)
        tilt = rng.normal(0, 0.25 * config.tone, 2).astype(np.float32)
        x = x + tilt[0] * ramp[:, None] + tilt[1] * ramp[None, :]
    return np.asarray(x, dtype=np.float32)


def change_texture(rng: Generator, image: Image, config: AugmentConfig) -> Image:
    """Blur, sharpen, resample, add noise, compress: what processing and publishing do to a radiograph."""
    x = image
    if rng.random() < config.texture:
        blurred = cv2.GaussianBlur(x, (0, 0), rng.uniform(0.5, 2.0))
        amount = rng.uniform(-1.5, 1.0)  # above 0 blurs, below 0 sharpens
        x = x + np.float32(amount) * (blurred - x)
    if rng.random() < config.texture:
        side = int(x.shape[0] * rng.uniform(0.45, 0.9))
        small = cv2.resize(x, (side, side), interpolation=cv2.INTER_AREA)
        x = np.asarray(cv2.resize(small, x.shape[::-1], interpolation=cv2.INTER_LINEAR), dtype=np.float32)
    if rng.random() < config.texture:
        x = x + rng.normal(0, rng.uniform(0.005, 0.04), x.shape).astype(np.float32)
    if rng.random() < config.texture:
        eight_bit = np.clip(x * 255, 0, 255).astype(np.uint8)
        quality = int(rng.integers(30, 90))
        _, encoded = cv2.imencode(".jpg", eight_bit, [cv2.IMWRITE_JPEG_QUALITY, quality])
        x = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE), dtype=np.float32) / np.float32(255)
    return np.asarray(x, dtype=np.float32)


def add_marks(rng: Generator, image: Image, config: AugmentConfig) -> Image:
    """Draw letters, wires and borders, and hide patches, so that none of them can stand for a class."""
    if rng.random() >= config.marks:
        return image
    x, size = image.copy(), image.shape[0]
    kind = rng.integers(4)
    if kind == 0:
        text = "".join(rng.choice(list("RLAPDES0123456789"), rng.integers(1, 5)))
        place = (int(rng.uniform(0, 0.9) * size), int(rng.uniform(0.1, 1) * size))
        ink = np.zeros((size, size), np.uint8)  # OpenCV 5 writes on 8-bit images only
        cv2.putText(ink, text, place, int(rng.integers(0, 4)), rng.uniform(0.3, 0.9), 255, 1, cv2.LINE_AA)
        x = np.maximum(x, ink.astype(np.float32) / 255 * np.float32(rng.uniform(0.7, 1.0)))
    elif kind == 1:
        points = (rng.uniform(0, 1, (4, 2)) * size).astype(np.int32)
        ink = np.zeros((size, size), np.uint8)
        cv2.polylines(ink, [points], False, 255, 1, cv2.LINE_AA)
        x = np.maximum(x, ink.astype(np.float32) / 255 * np.float32(rng.uniform(0.7, 1.0)))
    elif kind == 2:
        width = int(rng.uniform(0.02, 0.1) * size)
        np.rot90(x, int(rng.integers(4)))[:width] = rng.uniform(0, 0.1)
    else:
        for _ in range(rng.integers(1, 4)):
            h, w = (rng.uniform(0.08, 0.25, 2) * size).astype(int)
            top, left = (rng.uniform(0, 1, 2) * (size - np.array([h, w]))).astype(int)
            x[top : top + h, left : left + w] = x[top : top + h, left : left + w].mean()
    return x


def cover_at_random(rng: Generator, image: Image, config: AugmentConfig) -> Image:
    """Cover one or two rectangles, so that a covering by itself says nothing."""
    if rng.random() >= config.covering:
        return image
    size = image.shape[0]
    touched = np.zeros((size, size), np.bool_)
    for _ in range(rng.integers(1, 3)):
        h, w = (rng.uniform(0.1, 0.4, 2) * size).astype(int)
        top, left = (rng.uniform(0, 1, 2) * (size - np.array([h, w]))).astype(int)
        touched[top : top + h, left : left + w] = True
    return fill(image, touched)
