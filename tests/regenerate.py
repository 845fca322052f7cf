"""`make golden`: writes the golden files that a program makes. Those worked by hand, such as windowing.json, stay."""

import json
from pathlib import Path
from typing import Any

from model.errors import Refusal
from model.imaging.reader import read_radiograph
from model.predict import Predictor, limit_threads
from tests import syntaxes
from tests.factories import make_chest_dicom
from tests.grayscale import read_table, write_table

RELEASE = Path(__file__).parent / "golden" / "release.json"
PHANTOMS = [(seed, opacity) for seed in range(3) for opacity in (False, True)]
ROWS, COLUMNS = 640, 520


def release_readings(predictor: Predictor) -> dict[str, Any]:
    """Read drawn thoraxes with the released weights: what a change of pixels, network or weights would show in."""
    radiographs = [
        read_radiograph(make_chest_dicom(rows=ROWS, columns=COLUMNS, seed=seed, opacity=opacity))
        for seed, opacity in PHANTOMS
    ]
    outcomes = predictor.predict_batch(radiographs)
    return {
        "version": predictor.info.version,
        "sha256": predictor.info.sha256,
        "readings": [
            {"seed": seed, "opacity": opacity} | _reading(outcome)
            for (seed, opacity), outcome in zip(PHANTOMS, outcomes, strict=True)
        ],
    }


def _reading(outcome: Any) -> dict[str, Any]:
    if isinstance(outcome, Refusal):
        return {"refused": outcome.code}
    probabilities = {finding.value: round(p, 6) for finding, p in outcome.probabilities.items()}
    return {"finding": outcome.finding.value, "flagged": outcome.flagged, "probabilities": probabilities}


def main() -> None:
    """Write every generated golden file."""
    limit_threads(2)
    content = release_readings(Predictor.load(device="cpu"))
    write_table(read_table()["cases"])
    RELEASE.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    syntaxes.PAGE.write_text(syntaxes.page(), encoding="utf-8")


if __name__ == "__main__":
    main()
