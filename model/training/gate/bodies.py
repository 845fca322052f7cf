"""What a scanner may send that is no chest: limbs, hands, skulls, abdomens, breasts, ultrasound, slices.

Coarse on purpose: the gate must learn that whatever is not a chest is refused, not what a hand looks like.
"""

import cv2
import numpy as np
from numpy.random import Generator

from model.training.gate.brush import Image, Point, cloud, corner, ellipse, ring


def cross_section(rng: Generator, size: int) -> Image:
    """Draw a slice through a body: an outline on black, with bone, organs and air inside.

    Returns:
        (size, size) float32 [0, 1].
    """
    image = np.zeros((size, size), np.float32)
    center = size * rng.uniform(0.42, 0.58, 2)
    axes = size * rng.uniform((0.25, 0.2), (0.48, 0.42))
    fat, tissue = rng.uniform(0.15, 0.7), rng.uniform(0.3, 0.8)
    ellipse(image, center, axes, 0, fat)
    ellipse(image, center, axes * rng.uniform(0.8, 0.97), 0, tissue)
    if rng.random() < 0.4:  # a skull, or the ribs
        ring(image, center, axes * rng.uniform(0.75, 0.95), rng.uniform(0.8, 1.0), int(rng.integers(1, 6)))
    if rng.random() < 0.5:  # two lungs
        air, apart = rng.uniform(0, 0.2), rng.uniform(0.35, 0.55)
        for side in (-1, 1):
            at = center + np.array([side * apart * axes[0], rng.uniform(-0.1, 0.1) * axes[1]])
            ellipse(image, at, axes * rng.uniform((0.25, 0.45), (0.42, 0.75)), rng.uniform(-20, 20), air)
    for _ in range(rng.integers(2, 14)):
        at = center + rng.uniform(-0.7, 0.7, 2) * axes
        ellipse(image, at, axes * rng.uniform(0.05, 0.35, 2), rng.uniform(0, 180), rng.uniform(0.1, 1))
    if rng.random() < 0.6:  # a vertebra
        at = center + np.array([0, rng.uniform(0.4, 0.7) * axes[1]])
        ellipse(image, at, axes * rng.uniform(0.1, 0.18, 2), 0, rng.uniform(0.8, 1))
    image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 2.0)), dtype=np.float32)
    body = (image > 0.05).astype(np.float32)
    return np.clip(image + rng.uniform(0, 0.15) * cloud(rng, size, int(rng.integers(8, 60))) * body, 0, 1)


def limb(rng: Generator, size: int) -> Image:
    """An arm, leg, elbow, knee or ankle: one or two segments at an angle, one or two bones in each."""
    thickness = np.zeros((size, size), np.float32)
    joint = size * rng.uniform(0.3, 0.7, 2)
    heading = rng.uniform(0, 2 * np.pi)
    flesh = size * rng.uniform(0.12, 0.4)
    for direction in (heading, heading + np.pi + rng.uniform(-1.3, 1.3)):
        along = np.array([np.cos(direction), np.sin(direction)])
        across, end = np.array([-along[1], along[0]]), joint + 1.3 * size * along
        layer = np.zeros_like(thickness)
        cv2.line(layer, joint.astype(int).tolist(), end.astype(int).tolist(), 1.0, round(flesh), cv2.LINE_AA)
        thickness = np.maximum(thickness, rng.uniform(0.3, 0.6) * layer)
    bones = np.zeros_like(thickness)
    for direction in (heading, heading + np.pi + rng.uniform(-0.6, 0.6)):
        along = np.array([np.cos(direction), np.sin(direction)])
        across, end = np.array([-along[1], along[0]]), joint + 1.3 * size * along
        offsets = [0.0] if rng.random() < 0.5 else [-0.22 * flesh, 0.22 * flesh]
        width = flesh * rng.uniform(0.15, 0.4) / len(offsets) ** 0.5
        for offset in offsets:
            _bone(rng, bones, joint + 0.15 * flesh * along + offset * across, end + offset * across, width)
    return _shadow(rng, size, thickness + bones, rng.uniform(0, 0.15))


def hand(rng: Generator, size: int) -> Image:
    """A hand or foot: a palm and digits of several bones."""
    flesh, bones = np.zeros((size, size), np.float32), np.zeros((size, size), np.float32)
    wrist = size * rng.uniform((0.35, 0.75), (0.65, 0.95))
    spread, length = rng.uniform(0.1, 0.35), size * rng.uniform(0.18, 0.3)
    for digit in range(5):
        direction = -np.pi / 2 + spread * (digit - 2) + rng.normal(0, 0.05)
        at = wrist + 0.3 * length * np.array([np.cos(direction), np.sin(direction)])
        for n in range(4):
            direction += rng.normal(0, 0.06)
            step = length * (1.0, 0.6, 0.4, 0.3)[n] * rng.uniform(0.8, 1.1)
            end = at + step * np.array([np.cos(direction), np.sin(direction)])
            width = size * rng.uniform(0.025, 0.045)
            cv2.line(flesh, at.astype(int).tolist(), end.astype(int).tolist(), 0.4, round(2.6 * width), cv2.LINE_AA)
            _bone(rng, bones, at + 0.12 * (end - at), end - 0.08 * (end - at), width)
            at = end
    for _ in range(8):
        ellipse(bones, wrist + rng.normal(0, 0.05 * size, 2), size * rng.uniform(0.02, 0.05, 2), 0, 0.6)
    cv2.line(flesh, wrist.astype(int).tolist(), [int(wrist[0]), size], 0.45, round(0.2 * size))
    for side in (-0.06, 0.06):
        _bone(rng, bones, wrist + size * np.array([side, 0.04]), wrist + size * np.array([side, 0.6]), 0.07 * size)
    return _shadow(rng, size, flesh + bones, rng.uniform(0, 0.1))


def skull(rng: Generator, size: int) -> Image:
    """A head from the front or the side: vault, orbits, jaw, neck."""
    thickness = np.zeros((size, size), np.float32)
    center, axes = size * rng.uniform(0.4, 0.55, 2), size * rng.uniform((0.25, 0.28), (0.42, 0.42))
    ellipse(thickness, center, axes, 0, rng.uniform(0.4, 0.6))
    ring(thickness, center, axes, rng.uniform(0.9, 1.2), int(rng.integers(2, 7)))
    for side in (-1, 1) if rng.random() < 0.6 else (1,):
        at = center + axes * np.array([side * rng.uniform(0.25, 0.45), rng.uniform(0.1, 0.3)])
        ellipse(thickness, at, axes * rng.uniform(0.15, 0.28), 0, rng.uniform(0.2, 0.4))
        ring(thickness, at, axes * 0.25, 0.9, 2)
    ellipse(thickness, center + axes * np.array([0, 0.85]), axes * rng.uniform(0.3, 0.5, 2), 0, 0.8)
    neck = center + axes * np.array([rng.uniform(-0.3, 0.3), 1.0])
    cv2.line(thickness, neck.astype(int).tolist(), [int(neck[0]), size], 0.7, round(0.6 * axes[0]))
    for n in range(rng.integers(0, 14)):
        ellipse(thickness, center + axes * np.array([(n - 6) * 0.06, 0.75]), axes * 0.05, 0, 1.2)
    return _shadow(rng, size, thickness, rng.uniform(0, 0.1))


def trunk(rng: Generator, size: int) -> Image:
    """An abdomen, pelvis, hip or spine: soft tissue, vertebrae, wings and heads of bone, bowel gas."""
    thickness = np.full((size, size), rng.uniform(0.3, 0.6), np.float32)
    middle = size * rng.uniform(0.1, 0.9)
    if rng.random() < 0.75:
        height, half = size * rng.uniform(0.06, 0.16), size * rng.uniform(0.04, 0.1)
        low = size * rng.uniform(0.3, 1.1)
        for n in range(int(low / height)):
            a, b = np.array([middle - half, (n + 0.12) * height]), np.array([middle + half, (n + 0.92) * height])
            cv2.rectangle(thickness, corner(a), corner(b), rng.uniform(0.8, 1.1), -1)
            ellipse(thickness, np.array([middle, (n + 0.5) * height]), np.array([0.2, 0.3]) * half, 0, 1.3)
    if rng.random() < 0.7:
        across, down = size * rng.uniform(0.2, 0.45), size * rng.uniform(0.4, 0.8)
        for side in (-1, 1):
            at = np.array([middle + side * across, down])
            ellipse(thickness, at, size * rng.uniform((0.1, 0.15), (0.25, 0.3)), -side * 30, rng.uniform(0.7, 1.0))
            head = at + size * np.array([side * 0.05, rng.uniform(0.15, 0.3)])
            ring(thickness, head - size * np.array([side * 0.12, -0.05]), size * rng.uniform(0.05, 0.12, 2), 0.9, 3)
            ellipse(thickness, head, size * rng.uniform(0.06, 0.1, 2), 0, rng.uniform(0.9, 1.2))
            _bone(rng, thickness, head, head + size * np.array([side * 0.12, 0.6]), size * rng.uniform(0.08, 0.14))
    for _ in range(rng.integers(0, 12)):
        gas = np.zeros_like(thickness)
        ellipse(gas, size * rng.uniform(0, 1, 2), size * rng.uniform(0.02, 0.13, 2), rng.uniform(0, 180), 1)
        thickness -= rng.uniform(0.1, 0.35) * cv2.GaussianBlur(gas, (0, 0), 2)
    thickness += 0.05 * cloud(rng, size, int(rng.integers(4, 30)))
    if rng.random() < 0.5:  # the flanks
        x = np.abs(np.arange(size) - size / 2) / size
        thickness *= (1 / (1 + np.exp((x - rng.uniform(0.3, 0.55)) * 60)))[None, :].astype(np.float32)
    return _shadow(rng, size, np.maximum(thickness, 0), rng.uniform(0, 0.2))


def breast(rng: Generator, size: int) -> Image:
    """A mammogram: a bright half-disc at one edge."""
    image = np.zeros((size, size), np.float32)
    center = np.array([0, size * rng.uniform(0.4, 0.6)])
    ellipse(image, center, size * rng.uniform((0.4, 0.3), (0.9, 0.55)), 0, 1)
    inside = cv2.GaussianBlur(image, (0, 0), rng.uniform(1, 6))
    tissue = 0.45 + 0.2 * cloud(rng, size, 6) + 0.1 * cloud(rng, size, 30)
    return np.asarray(inside * np.clip(tissue, 0.1, 1), dtype=np.float32)


def fan(rng: Generator, size: int) -> Image:
    """An ultrasound sector: speckle in a fan on black."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    angle, radius = np.arctan2(x - 0.5, y + 0.05), np.hypot(x - 0.5, y + 0.05)
    fan = (np.abs(angle) < rng.uniform(0.4, 0.9)) & (radius > 0.08) & (radius < rng.uniform(0.75, 1))
    speckle = np.abs(cloud(rng, size, 80)) * (0.3 + 0.2 * np.abs(cloud(rng, size, 6)))
    return np.where(fan, speckle, 0).astype(np.float32)


def _bone(rng: Generator, thickness: Image, a: Point, b: Point, width: float) -> None:
    """Add a long bone: a tube with a dense shell and flared ends."""
    layer = np.zeros_like(thickness)
    start, end = a.astype(int).tolist(), b.astype(int).tolist()
    cv2.line(layer, start, end, 1.0, max(1, round(width)), cv2.LINE_AA)
    for at in (start, end):
        cv2.circle(layer, at, max(1, round(width * rng.uniform(0.5, 0.85))), 1.0, -1, cv2.LINE_AA)
    marrow = cv2.erode(layer, np.ones((3, 3)), iterations=max(1, round(width / 8)))
    thickness += rng.uniform(0.4, 0.9) * layer - rng.uniform(0.05, 0.3) * marrow


def _shadow(rng: Generator, size: int, thickness: Image, background: float) -> Image:
    """Turn attenuation along the beam into a radiograph: soft edges, exposure, a little scatter and noise."""
    soft = cv2.GaussianBlur(thickness, (0, 0), rng.uniform(0.5, 2.0))
    scatter = cv2.GaussianBlur(thickness, (0, 0), 0.1 * size)
    image = 1 - np.exp(-rng.uniform(0.6, 1.8) * (soft + rng.uniform(0, 0.3) * scatter))
    image = background + (1 - background) * image / max(0.3, float(image.max()))
    return np.asarray(image + rng.normal(0, rng.uniform(0, 0.02), image.shape), dtype=np.float32)
