"""The glossary knows every value that code, database and interface use."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

import app
import model

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
SKIPPED = ("model.training", "app.__main__", "model.evaluation")


def enumerations() -> Iterator[type[StrEnum]]:
    seen = set()
    for package in (app, model):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if info.name.startswith(SKIPPED):
                continue
            for value in vars(importlib.import_module(info.name)).values():
                is_ours = isinstance(value, type) and issubclass(value, StrEnum) and value.__module__ == info.name
                if is_ours and value not in seen:
                    seen.add(value)
                    yield value


def test_every_enumeration_is_explained() -> None:
    missing = [f"{kind.__name__}: {value}" for kind in enumerations() for value in kind if f"`{value}`" not in GLOSSARY]

    assert missing == []


@pytest.mark.parametrize("values", ["STATUSES", "FINDINGS", "VERDICTS", "IMPRESSIONS"])
def test_every_word_of_the_tables_is_explained(values: str) -> None:
    from app.db import tables

    missing = [value for value in getattr(tables, values) if f"`{value}`" not in GLOSSARY]

    assert missing == []


def test_places_in_the_code_exist() -> None:
    paths = re.findall(r"`((?:app|model)/[\w./]+)`", GLOSSARY)

    assert [path for path in paths if not (ROOT / path).exists()] == []
