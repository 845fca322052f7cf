"""docs/robustness.md says what the runs have left, and a fault in them is said as one."""

import json
from pathlib import Path
from typing import Any

from fuzz.__main__ import RESULTS
from fuzz.report import REPORT, report

HTTP: dict[str, Any] = {
    "seed": 1,
    "count": 20,
    "seconds": 12.4,
    "outcomes": {"READ": 15, "UNREADABLE_DICOM": 5},
    "kinds": {"cut": 20},
    "uncoded": [{"number": 3, "kind": "cut", "status": 500}],
    "hung": [{"number": 7, "kind": "cut", "seconds": 9.0, "alone": 0.1}],
    "unseen": [],
    "left": 2,
    "slowest": [[1.25, 7, "cut"]],
    "memory_mib": [{"server": 150, "decoders": 50, "shared": 20}, {"server": 151, "decoders": 52, "shared": 40}],
    "is_alive": False,
}


def test_the_page_is_what_the_results_say() -> None:
    assert REPORT.read_text(encoding="utf-8") == report(RESULTS)


def test_faults_are_counted(tmp_path: Path) -> None:
    (tmp_path / "http.json").write_text(json.dumps(HTTP), encoding="utf-8")

    page = report(tmp_path)

    for row in (
        "| mutants | 20 |",
        "| answers without a code, or a fault of the server | 1 |",
        "| files left behind by refused uploads | 2 |",
        "| server ready afterwards | no |",
        "| answers after more than 5 s, on a busy machine | 1 |",
        "| answers after more than 5 s when sent alone | 0 |",
        "| slowest | 1.25 s (cut, number 7) |",
        "| memory of the server after every tenth, MiB | 150, 151 |",
        "| memory that both share for answers after every tenth, MiB | 20, 40 |",
        "| `READ` | 15 |",
        "| cut | 20 |",
    ):
        assert row in page
