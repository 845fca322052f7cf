"""Pictures that are no radiograph at all: noise, gradients, pages, screens, scenes, test patterns."""

import cv2
import numpy as np
from numpy.random import Generator

from model.training.gate.brush import Image, cloud, ellipse


def noise(rng: Generator, size: int) -> Image:
    """Noise from white to cloudy, one octave or all of them."""
    octaves = [2**k for k in range(1, 8)]
    if rng.random() < 0.5:
        octaves = [int(rng.choice(octaves))]
    falloff = rng.uniform(0.2, 1.2)
    image = sum(cloud(rng, size, min(n, size)) / n**falloff for n in octaves)
    return np.asarray(0.5 + rng.uniform(0.1, 0.5) * image / (np.std(image) + 1e-6), dtype=np.float32)


def empty(rng: Generator, size: int) -> Image:
    """Hardly anything: a gradient, a collimated field, a few marks."""
    ramp = np.linspace(-1, 1, size, dtype=np.float32)
    tilt = rng.normal(0, 0.3, 2)
    image = 0.5 + tilt[0] * ramp[:, None] + tilt[1] * ramp[None, :] + 0.02 * cloud(rng, size, size)
    if rng.random() < 0.5:
        low, high = (rng.uniform((0, 0), (0.4, 0.4)) * size).astype(int), (rng.uniform(0.6, 1, 2) * size).astype(int)
        field = np.full((size, size), rng.random(), np.float32)
        field[low[0] : high[0], low[1] : high[1]] = image[low[0] : high[0], low[1] : high[1]]
        image = field
    if rng.random() < 0.5:
        image = _write(rng, image, lines=1)
    return np.asarray(image, dtype=np.float32)


def page(rng: Generator, size: int) -> Image:
    """A page of text, perhaps with a table, a picture or a letterhead."""
    image = np.full((size, size), rng.uniform(0.8, 1.0), np.float32)
    for _ in range(rng.integers(0, 4)):
        a, b = (rng.uniform(0, 1, (2, 2)) * size).astype(int)
        if rng.random() < 0.5:
            cv2.rectangle(image, a.tolist(), b.tolist(), rng.uniform(0, 0.9), int(rng.choice([-1, 1, 2])))
        else:
            cv2.line(image, a.tolist(), [int(b[0]), int(a[1])], rng.uniform(0, 0.5), 1)
    ink = image.copy()
    for n_columns in [rng.integers(1, 3)]:
        for column in range(n_columns):
            edges = (0.05 + column / n_columns, (column + 1) / n_columns - 0.05)
            ink = np.minimum(ink, _write(rng, image, lines=int(rng.integers(5, 30)), left=edges[0], right=edges[1]))
    return ink


def screen(rng: Generator, size: int) -> Image:
    """Windows, panels, buttons, curves and text."""
    image = np.full((size, size), rng.random(), np.float32)
    for _ in range(rng.integers(3, 20)):
        a = rng.uniform(0, 0.9, 2) * size
        b = a + rng.uniform(0.05, 0.7, 2) * size
        cv2.rectangle(image, a.astype(int).tolist(), b.astype(int).tolist(), rng.random(), int(rng.choice([-1, -1, 1])))
    for _ in range(rng.integers(0, 3)):
        x = np.arange(0, size, 3)
        y = size * (rng.random() + 0.1 * np.cumsum(rng.normal(0, 0.3, len(x))))
        cv2.polylines(image, [np.column_stack([x, y]).astype(np.int32)], False, rng.random(), 1, cv2.LINE_AA)
    return _write(rng, image, lines=int(rng.integers(2, 15)), left=rng.uniform(0, 0.5))


def scene(rng: Generator, size: int) -> Image:
    """Dead leaves: shaded shapes of all sizes that hide one another, whose statistics are those of photographs."""
    image = np.full((size, size), rng.random(), np.float32) + 0.1 * cloud(rng, size, 4)
    shading = 1 + rng.uniform(0, 0.4) * cloud(rng, size, int(rng.integers(2, 40)))
    for _ in range(rng.integers(5, 120)):
        radius = size * min(0.5, 0.02 / rng.uniform(0.02, 1) ** rng.uniform(0.7, 1.2))
        center, shape = rng.uniform(0, 1, 2) * size, np.zeros((size, size), np.uint8)
        if rng.random() < 0.5:
            ellipse(shape, center, radius * rng.uniform(0.3, 1, 2), rng.uniform(0, 180), 1)
        else:
            corners = rng.normal(0, radius / 1.5, (int(rng.integers(3, 7)), 2)) + center
            cv2.fillPoly(shape, [cv2.convexHull(corners.astype(np.int32))], 1)
        inside = shape.astype(bool)
        image[inside] = np.clip(rng.random() * shading[inside], 0, 1)
    return np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.5)), dtype=np.float32)


def texture(rng: Generator, size: int) -> Image:
    """Stripes, checks, dots or test bars."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    angle, n = rng.uniform(0, np.pi), rng.uniform(1, 30)
    wave = np.sin(2 * np.pi * n * (x * np.cos(angle) + y * np.sin(angle)))
    if rng.random() < 0.5:
        wave = wave * np.sin(2 * np.pi * n * (y * np.cos(angle) - x * np.sin(angle)))
    if rng.random() < 0.5:
        wave = np.sign(wave)
    return np.asarray(0.5 + rng.uniform(0.2, 0.5) * wave, dtype=np.float32)


def _write(rng: Generator, image: Image, *, lines: int, left: float = 0.05, right: float = 0.95) -> Image:
    """Write lines of letters between two edges."""
    size = image.shape[0]
    ink = np.zeros(image.shape, np.uint8)
    scale = rng.uniform(0.2, 0.6) if lines > 1 else rng.uniform(0.3, 1.5)
    top, step, font = rng.uniform(0.05, 0.2) * size, rng.uniform(22, 34) * scale, int(rng.integers(0, 4))
    for n in range(lines):
        letters = "".join(rng.choice(list("abcdeghilmnoprstu  ARL0123456789"), int(rng.integers(4, 50))))
        at = (int(left * size), int(top + n * step))
        cv2.putText(ink, letters, at, font, scale, 255, 1, cv2.LINE_AA)
    ink[:, int(right * size) :] = 0
    share = ink.astype(np.float32) / 255
    return np.asarray(image * (1 - share) + rng.choice([0.0, rng.random(), 1.0]) * share, dtype=np.float32)
