"""A drawn thorax, seen from the front and from the side: nobody's radiograph, made by arithmetic alone."""

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def draw_chest(rows: int, columns: int, seed: int = 0, *, opacity: bool = False) -> Floats:
    """Draw a frontal thorax: outline, lungs, heart, spine, ribs, clavicles, noise.

    Args:
        seed: Varies anatomy by a few percent, and the noise.
        opacity: Add hazy patches at the outer lower parts of both lungs.

    Returns:
        (H, W) float32 [0, 1], 0 = black. The patient's right is at the left of the image.
    """
    random = np.random.default_rng([seed, rows, columns])
    chest = np.asarray(cv2.resize(_draw_chest(seed, opacity), (columns, rows), interpolation=cv2.INTER_CUBIC))
    noise = random.standard_normal((rows, columns), dtype=np.float32)
    return np.clip(chest * np.float32(1.12) + np.float32(0.007) * noise, 0, 1)


def draw_lateral(rows: int, columns: int, seed: int = 0) -> Floats:
    """Draw a thorax from its left side: sternum at the left of the image, spine at its right.

    Returns:
        (H, W) float32 [0, 1], 0 = black.
    """
    random = np.random.default_rng([seed, rows, columns])
    across, down = np.linspace(-1, 1, 512, dtype=np.float32), np.linspace(0, 1, 512, dtype=np.float32)
    x, y = np.meshgrid(across, down)
    body = _edge(y - 0.05 - 0.10 * (x - 0.15) ** 2, 0.02) * _edge(0.78 - np.abs(x - 0.06 * np.sin(3 * y)), 0.03)
    lung = _blob(x, y, at=(-0.02, 0.44), size=(0.50, 0.40), edge=9) * _edge(0.72 + 0.22 * (x + 0.3) ** 2 - y, 0.012)
    spine = np.exp(-(((x - 0.50 - 0.12 * np.sin(2.6 * y)) / 0.10) ** 2)) * (0.85 + 0.15 * np.cos(2 * np.pi * y / 0.07))
    thickness = 0.95 * body - 0.60 * lung * body + 0.45 * spine * body
    thickness += 0.42 * _blob(x, y, at=(-0.30, 0.62), size=(0.28, 0.16), edge=5) * body
    thickness += 0.12 * np.exp(-(((x + 0.66 - 0.12 * y) / 0.03) ** 2)) * _edge(0.6 - y, 0.05) * body
    for n in range(9):
        thickness += 0.07 * np.exp(-(((y - 0.12 - 0.075 * n - 0.20 * x) / 0.012) ** 2)) * lung
    chest = cv2.GaussianBlur(1 - np.exp(-1.35 * np.clip(thickness, 0, None)), (0, 0), 1.2)
    chest = np.asarray(cv2.resize(chest, (columns, rows), interpolation=cv2.INTER_CUBIC))
    noise = random.standard_normal((rows, columns), dtype=np.float32)
    return np.clip(chest * np.float32(1.12) + np.float32(0.007) * noise, 0, 1)


@cache
def _draw_chest(seed: int, opacity: bool) -> Floats:
    """Attenuation along the beam on a grid of its own, as the film shows it."""
    random = np.random.default_rng(seed)
    across, down = np.linspace(-1, 1, 512, dtype=np.float32), np.linspace(0, 1, 512, dtype=np.float32)
    x, y = np.meshgrid(across, down)
    stretch, shift = 1 + random.uniform(-0.04, 0.04), random.uniform(-0.02, 0.02)
    x, y = (x - shift) * stretch, y + random.uniform(-0.02, 0.02)

    body = _body(x, y)
    lungs = np.maximum(_lung(-x, y, heart=0.0), _lung(x, y, heart=0.26))
    thickness = 0.95 * body - 0.62 * lungs * body
    thickness += 0.34 * _blob(x, y, at=(0.02, 0.62), size=(0.20, 0.42), edge=5) * body
    thickness += 0.22 * _blob(x, y, at=(0.17, 0.70), size=(0.28, 0.17), edge=5) * body
    thickness += 0.30 * _edge(y - _diaphragm(x), 0.012) * body * (1 - lungs)
    thickness += _bones(x, y) * body
    thickness -= 0.22 * _blob(x, y, at=(0.0, 0.14), size=(0.045, 0.22), edge=4)
    thickness += _vessels(random, lungs, x, y)
    if opacity:
        thickness += _opacities(random, lungs, x, y)
    chest = 1 - np.exp(-1.35 * np.clip(thickness, 0, None))
    return np.asarray(cv2.GaussianBlur(chest, (0, 0), 1.2), dtype=np.float32)


def _edge(distance: Any, softness: float) -> Any:
    """Give 1 where the distance is positive and 0 where it is negative, over a soft edge."""
    return 0.5 + 0.5 * np.tanh(distance / softness)


def _blob(x: Floats, y: Floats, *, at: tuple[float, float], size: tuple[float, float], edge: float) -> Any:
    radius = np.hypot((x - at[0]) / size[0], (y - at[1]) / size[1])
    return 0.5 - 0.5 * np.tanh(edge * (radius - 1))


def _body(x: Floats, y: Floats) -> Any:
    """Neck, sloping shoulders, and a trunk with the arms held away from it."""
    side = np.abs(x)
    neck = _edge(0.24 - side, 0.02) * _edge(0.3 - y, 0.05)
    shoulders = _edge(y - 0.055 - 0.13 * np.clip((side - 0.20) / 0.8, 0, 1) ** 0.8, 0.012)
    trunk = _edge(0.86 + 0.10 * np.exp(-(((y - 0.20) / 0.12) ** 2)) + 0.03 * np.cos(5 * y) - side, 0.03)
    arms = 0.8 * _edge(side - 0.93, 0.03) * _edge(0.5 - y, 0.12)
    return np.maximum(neck, shoulders * np.maximum(trunk, arms))


def _diaphragm(x: Floats) -> Any:
    """Height of the domes; the right one stands higher."""
    right = 0.77 + 0.55 * (np.abs(x + 0.42)) ** 2.0
    left = 0.80 + 0.55 * (np.abs(x - 0.42)) ** 2.0
    return np.where(x < 0, right, left)


def _lung(x: Floats, y: Floats, *, heart: float) -> Any:
    """One lung at positive x, from the apex to the dome, between chest wall and mediastinum."""
    down = np.clip((y - 0.10) / 0.70, 0, 1)
    wall = 0.20 + 0.56 * np.sin(np.pi / 2 * down**0.62)
    middle = 0.13 + 0.05 * np.abs(2 * down - 0.7) + heart * np.exp(-(((down - 0.92) / 0.28) ** 2))
    dome = (0.80 if heart else 0.77) + 0.55 * np.abs(x - 0.42) ** 2.0
    sides = _edge(wall - x, 0.014) * _edge(x - middle, 0.016)
    return sides * _edge(y - 0.10 - 0.35 * (x - 0.28) ** 2, 0.012) * _edge(dome - y, 0.010)


def _bones(x: Floats, y: Floats) -> Any:
    bones = 0.20 * _edge(0.075 - np.abs(x), 0.012) * (0.8 + 0.2 * np.cos(2 * np.pi * y / 0.075))
    for n in range(9):
        top = 0.10 + 0.078 * n
        behind = top + 0.17 * np.abs(x) ** 1.6
        before = top + 0.16 + 0.16 * np.abs(x) - 0.16 * (np.abs(x) - 0.15) ** 2
        chest_wall = _edge(0.80 - np.abs(x), 0.02)
        bones += 0.11 * np.exp(-(((y - behind) / 0.013) ** 2)) * chest_wall
        bones += 0.06 * np.exp(-(((y - before) / 0.014) ** 2)) * chest_wall * _edge(np.abs(x) - 0.30, 0.04)
    clavicle = 0.165 - 0.10 * (np.abs(x) - 0.10) + 0.02 * np.sin(6 * np.abs(x))
    along = _edge(np.abs(x) - 0.09, 0.02) * _edge(0.72 - np.abs(x), 0.02)
    return bones + 0.14 * np.exp(-(((y - clavicle) / 0.014) ** 2)) * along


def _vessels(random: np.random.Generator, lungs: Floats, x: Floats, y: Floats) -> Floats:
    """Branching texture, denser towards the hila."""
    texture = cv2.GaussianBlur(random.standard_normal(x.shape, dtype=np.float32), (0, 0), 3)
    texture = np.abs(texture / texture.std())
    near = np.exp(-(((np.abs(x) - 0.2) / 0.22) ** 2) - ((y - 0.48) / 0.2) ** 2)
    return np.asarray(lungs * (0.03 * texture * (0.35 + near) + 0.10 * near))


def _opacities(random: np.random.Generator, lungs: Floats, x: Floats, y: Floats) -> Floats:
    haze = np.zeros_like(x)
    for side in (-1, 1):
        for _ in range(3):
            at = (side * random.uniform(0.45, 0.66), random.uniform(0.50, 0.74))
            haze = np.maximum(haze, _blob(x, y, at=at, size=(0.16, 0.09), edge=2.0))
    mottle = cv2.GaussianBlur(random.standard_normal(x.shape, dtype=np.float32), (0, 0), 5)
    return np.asarray(lungs * haze * (0.30 + 0.10 * mottle / np.abs(mottle).max()))
