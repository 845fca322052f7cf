"""docs/architecture.md names files that exist, and no part of the house is left out."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_named_files_exist() -> None:
    paths = re.findall(r"`((?:app|model|static|templates|migrations|tests|benchmarks|docs)/[\w./-]*)`", PAGE)

    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_part_of_the_packages_is_named() -> None:
    parts = [path for package in ("app", "model") for path in (ROOT / package).iterdir() if path.name[0] not in "_."]
    missing = [
        path.relative_to(ROOT).as_posix()
        for path in parts
        if (path.is_dir() or path.suffix == ".py") and path.relative_to(ROOT).as_posix() not in PAGE
    ]

    assert missing == []
