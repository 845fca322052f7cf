"""The sentences of the pages: read once from `templates/words/en.toml`, filled in, handed to templates and scripts."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).resolve().parents[2] / "templates" / "words" / "en.toml"

SHARED = ("findings", "impressions")
"""Tables that pages and scripts both say."""


@cache
def catalogue() -> dict[str, Any]:
    """Return the whole catalogue as nested tables."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def say(key: str, **values: object) -> str:
    """Return a sentence by its dotted key, filled in.

    Args:
        values: What stands in braces; `n` also chooses between the forms of a text that counts.

    Raises:
        KeyError: there is no such sentence, or a value is missing.
    """
    found: Any = catalogue()
    for part in key.split("."):
        found = found[part]
    if isinstance(found, dict):
        found = found["one" if values["n"] == 1 else "other"]
    return str(found).format(**values) if values else str(found)


def say_or(key: str, fallback: str) -> str:
    """Return a sentence by its dotted key, or another where there is none: codes may be newer than the catalogue."""
    try:
        return say(key)
    except KeyError:
        return fallback


def script_words() -> dict[str, Any]:
    """Return what scripts say: their own table, and the names that they share with the pages."""
    return {**catalogue()["script"], **{name: catalogue()[name] for name in SHARED}}
