"""Five patient-disjoint folds, the same for every experiment, kept in a file with the repository."""

import csv
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from model.training.data import Sample

N_FOLDS = 5
FOLDS_FILE = Path(__file__).parent / "splits" / "folds.csv"


def make_folds(samples: Sequence[Sample]) -> dict[str, int]:
    """Deal patients into folds, stratified by label and source.

    Patients are dealt in the order of a hash of their key, largest groups of images first, each to the fold that holds
    the fewest images of its label and source; so the result depends on the samples alone.

    Returns:
        Fold in [0, N_FOLDS) by image id.
    """
    patients: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        patients[sample.patient].append(sample)
    filled: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * N_FOLDS)
    folds: dict[str, int] = {}
    for patient in sorted(patients, key=lambda p: (-len(patients[p]), _digest(p))):
        images = patients[patient]
        counts = filled[images[0].source, images[0].label]
        fold = min(range(N_FOLDS), key=lambda f: (counts[f], _digest(f"{patient}/{f}")))
        counts[fold] += len(images)
        folds.update({image.image_id: fold for image in images})
    return folds


def write_folds(folds: Mapping[str, int], path: Path = FOLDS_FILE) -> None:
    """Write `image_id,fold`, sorted, so that a difference can be read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{image_id},{fold}\n" for image_id, fold in sorted(folds.items())]
    path.write_text("image_id,fold\n" + "".join(lines), encoding="utf-8")


def read_folds(path: Path = FOLDS_FILE) -> dict[str, int]:
    """Read what `write_folds` wrote."""
    with path.open(newline="", encoding="utf-8") as file:
        return {row["image_id"]: int(row["fold"]) for row in csv.DictReader(file)}


def folds_sha256(path: Path = FOLDS_FILE) -> str:
    """Hash of the file, for cards and reports."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
