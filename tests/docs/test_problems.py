"""docs/problems.md names every code that a sender can meet, with the status it is answered with."""

import re
from pathlib import Path

from app.web.problems import OTHERS, PROBLEMS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
CODES = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)*)`", PAGE))
NEVER_ANSWERED = {"FILE_REJECTED", "RADIOGRAPH_REFUSED", "NOT_ANALYSED", "INVALID_WINDOW"}
"""Stand-ins of the table of problems: each answer carries the code of the file's or radiograph's own reason."""


def test_every_problem_is_listed() -> None:
    answered = {problem.code for problem in (*PROBLEMS.values(), *OTHERS)} - NEVER_ANSWERED

    assert answered - CODES == set()


def test_every_refusal_failure_and_caution_of_the_source_is_listed() -> None:
    written = set()
    for path in [*ROOT.glob("model/**/*.py"), *ROOT.glob("app/**/*.py")]:
        if path.name != "problems.py":
            written |= set(re.findall(r'code="([A-Z_]+)"', path.read_text(encoding="utf-8")))

    assert written - CODES - NEVER_ANSWERED == set()


def test_statuses_are_those_of_the_table() -> None:
    rows = re.findall(r"^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \| (\d{3}) \|", PAGE, re.MULTILINE)
    documented = {code: int(status) for codes, status in rows for code in re.findall(r"`([A-Z_]+)`", codes)}
    actual = {problem.code: problem.status for problem in (*PROBLEMS.values(), *OTHERS)}

    assert len(documented) > 15
    assert {code: actual.get(code) for code in documented} == documented
