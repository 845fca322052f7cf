"""The whole images of the data folder at one small size, with their lungs, made once and kept."""

import csv
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from model.gate import Kind
from model.imaging.pixels import presentation_pixels
from model.imaging.reader import read_radiograph
from model.lungs import lung_mask, mask_at_image_size, segmentation_input
from model.preprocess import PIPELINE_VERSION
from model.training.data import read_manifest
from model.training.folds import N_FOLDS, read_folds
from model.unet import UNet

FRAME = 160
"""Side of a stored image: twice the gate's input, so that texture is changed where it can be seen."""

NOT_A_CHEST = ("nema-rg2-hip-rle.dcm", "nema-rg3-extremity-monochrome1-jpegls-lossless.dcm")
"""The two radiographs of other body parts in the data folder's `dicom`; its further files repeat their pixels."""

Segment = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Presentation pixels to lung probabilities, (M, M) float32 [0, 1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Everything the gate is trained on that is not drawn.

    Attributes:
        frontal: (N, FRAME, FRAME) uint8, presentation pixels of frontal chests, children included.
        lungs: (N, FRAME, FRAME) bool, their lungs as the released segmentation finds them.
        sources: Source of each, as the manifest names it.
        folds: (N,) fold of each.
        pediatric: (N,) bool.
        others: (K, FRAME, FRAME) uint8, laterals, CT slices and other body parts.
        kinds: Kind of each.
        other_folds: (K,) fold of each, by patient; a patient with frontal radiographs keeps their fold.
    """

    frontal: NDArray[np.uint8]
    lungs: NDArray[np.bool_]
    sources: NDArray[np.str_]
    folds: NDArray[np.int64]
    pediatric: NDArray[np.bool_]
    others: NDArray[np.uint8]
    kinds: NDArray[np.str_]
    other_folds: NDArray[np.int64]


def segment_with(network: UNet, size: int) -> Segment:
    """Give the function that a segmentation network stands for."""

    @torch.inference_mode()
    def segment(presentation: NDArray[np.float32]) -> NDArray[np.float32]:
        x = torch.from_numpy(segmentation_input(presentation, size)[None, None])
        probabilities: NDArray[np.float32] = network(x.to(memory_format=torch.channels_last)).sigmoid().numpy()[0, 0]
        return probabilities

    return segment


def collect(data: Path, segment: Segment, lungs_sha256: str, *, folder: Path) -> Collection:
    """Read what an earlier call stored, or make and store it.

    Args:
        lungs_sha256: Hash of the weights behind `segment`.
    """
    identity = [PIPELINE_VERSION, lungs_sha256, FRAME, *(sample.image_id for sample in read_manifest(data))]
    path = folder / f"collection-{hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]}.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npz")
        np.savez(partial, **(_frontal(data, segment) | _others(data)))  # type: ignore[arg-type]
        partial.replace(path)
    with np.load(path) as stored:
        return Collection(**{name: stored[name] for name in stored.files})


def _frontal(data: Path, segment: Segment) -> dict[str, NDArray[Any]]:
    samples, folds = read_manifest(data), read_folds()
    frames, lungs = [], []
    for sample in tqdm(samples, desc="collect", mininterval=5):
        presentation = _presentation(sample.path)
        frames.append(_frame(presentation))
        lungs.append(mask_at_image_size(lung_mask(segment(presentation)), FRAME, FRAME))
    return {
        "frontal": np.array(frames),
        "lungs": np.array(lungs),
        "sources": np.array([sample.source for sample in samples]),
        "folds": np.array([folds[sample.image_id] for sample in samples]),
        "pediatric": np.array([sample.pediatric for sample in samples]),
    }


def _others(data: Path) -> dict[str, NDArray[Any]]:
    with (data / "not_frontal.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    known = _folds_of_patients(data)
    kinds = [Kind.LATERAL if row["kind"] == "lateral" else Kind.CROSS_SECTION for row in rows]
    folds = [known.get(row["patient_id"].replace("p", "ieee_"), _dealt(row["patient_id"])) for row in rows]
    paths = [data / row["file"] for row in rows] + [data / "dicom" / name for name in NOT_A_CHEST]
    return {
        "others": np.array([_frame(_presentation(path)) for path in paths]),
        "kinds": np.array([*kinds, *(Kind.OTHER for _ in NOT_A_CHEST)]),
        "other_folds": np.array([*folds, *(1 for _ in NOT_A_CHEST)]),
    }


def _folds_of_patients(data: Path) -> dict[str, int]:
    """Fold by the patient of the COVID-19 Image Data Collection, from which the laterals and slices come too."""
    folds = read_folds()
    return {
        sample.patient.partition(":")[2]: folds[sample.image_id]
        for sample in read_manifest(data)
        if ":ieee_" in sample.patient
    }


def _dealt(patient: str) -> int:
    return int(hashlib.sha256(patient.encode()).hexdigest(), 16) % N_FOLDS


def _presentation(path: Path) -> NDArray[np.float32]:
    return presentation_pixels(read_radiograph(path.read_bytes()))


def _frame(presentation: NDArray[np.float32]) -> NDArray[np.uint8]:
    small = cv2.resize(presentation, (FRAME, FRAME), interpolation=cv2.INTER_AREA)
    return np.rint(np.clip(small, 0, 1) * 255).astype(np.uint8)
