"""The one JSON shape of a prediction, shared by database, HTTP answers and command line. Plain values only."""

from typing import Any

from model.errors import Refusal
from model.findings import Finding
from model.imaging.radiograph import Caution
from model.prediction import Localization, ModelInfo, OperatingPoint, Prediction

_SHOWN = (Finding.COVID_19, Finding.NORMAL, Finding.OTHER)


def prediction_json(prediction: Prediction) -> dict[str, Any]:
    """Write a prediction without its arrays."""
    return {
        "status": "done",
        "finding": prediction.finding.value,
        "flagged": prediction.flagged,
        "probabilities": {finding.value: prediction.probabilities[finding] for finding in _SHOWN},
        "probability_range": list(prediction.probability_range),
        "operating_point": operating_point_json(prediction.operating_point),
        "localization": localization_json(prediction.localization),
        "cautions": cautions_json(prediction.cautions),
        "model": model_json(prediction.model),
    }


def refusal_json(refusal: Refusal) -> dict[str, Any]:
    """Write why a radiograph was not read."""
    content: dict[str, Any] = {"status": "refused", "code": refusal.code, "detail": refusal.detail}
    measured = {"measured": refusal.measured, "limit": refusal.limit}
    return content | {name: value for name, value in measured.items() if value is not None}


def operating_point_json(point: OperatingPoint) -> dict[str, Any]:
    """Write the threshold in force and what it was measured to do."""
    return {
        "name": point.name,
        "threshold": point.threshold,
        "sensitivity": point.sensitivity,
        "specificity": point.specificity,
        "set": point.set,
    }


def localization_json(localization: Localization) -> dict[str, Any]:
    """Write where the evidence lies."""
    return {
        "peak": None if localization.peak is None else list(localization.peak),
        "zones": [{"zone": share.zone.value, "share": share.share} for share in localization.zones],
        "boxes": [list(box) for box in localization.boxes],
        "box_zones": [zone and zone.value for zone in localization.box_zones],
    }


def cautions_json(cautions: tuple[Caution, ...]) -> list[dict[str, str]]:
    """Write what the reader must know about a radiograph that was read all the same."""
    return [{"code": caution.code, "detail": caution.detail} for caution in cautions]


def model_json(model: ModelInfo) -> dict[str, str]:
    """Write which weights read it."""
    return {"name": model.name, "version": model.version, "sha256": model.sha256}
