"""The shared table of grey scales, `tests/golden/grayscale.json`: stored values, what is shown, what is sent.

`stored` and `presentation` are worked by hand. `wire` is what the server sends of them: server, script and shaders are
all tested against it.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from app.cases.grayscale import describe_grayscale, modality_bytes
from model.imaging.radiograph import Radiograph
from model.imaging.reader import read_radiograph
from tests.factories import make_lut, make_radiograph_dicom

TABLE = Path(__file__).parent / "golden" / "grayscale.json"
ROWS = 4


def read_table() -> dict[str, Any]:
    """Read the table."""
    table: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table


def make_dicom(case: dict[str, Any]) -> bytes:
    """Write a case's stored values as a DICOM file, each row alike."""
    attributes = dict(case["attributes"])
    if "lut" in case:
        attributes |= {"WindowCenter": None, "WindowWidth": None}
        attributes["VOILUTSequence"] = [make_lut(case["lut"]["entries"], first_value=case["lut"]["first_value"])]
    return make_radiograph_dicom(
        np.tile(np.array(case["stored"], np.int64), (ROWS, 1)),
        bits_stored=case["bits_stored"],
        is_signed=case.get("is_signed", False),
        **attributes,
    )


def decode_case(case: dict[str, Any]) -> Radiograph:
    """Read a case's file."""
    return read_radiograph(make_dicom(case))


def make_wire(case: dict[str, Any]) -> dict[str, Any]:
    """Return what the server sends of a case: the grey scale, and the values of one row."""
    radiograph = decode_case(case)
    values = np.frombuffer(modality_bytes(radiograph), "<u2").reshape(radiograph.shape)
    return {"grayscale": describe_grayscale(radiograph).model_dump(mode="json"), "values": values[0].tolist()}


def write_table(cases: list[dict[str, Any]]) -> None:
    """Write the table with what the server sends now."""
    content = {
        "source": "DICOM PS3.3 C.11.1, C.11.2 and C.7.6.3.1.2, worked by hand",
        "cases": [case | {"wire": make_wire(case)} for case in cases],
    }
    TABLE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
