"""The sentences of the pages: every key that is asked for exists, and none is left that nobody asks for."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.web.words import SHARED, catalogue, say, say_or, script_words

ROOT = Path(__file__).resolve().parents[2]
SAID = re.compile(r"""\bsay(?:_or)?\(\s*f?["'`]([\w.\-{}$]+)["'`](?! ~)""")
JOINED = re.compile(r"""\bsay\(\s*["']([\w.\-]+)["'] ~""")
NAMED = re.compile(r"""\bwords: ["']([\w.\-]+)["']""")


def keys(table: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, str) or set(value) == {"one", "other"}:
            yield prefix + name
        else:
            yield from keys(value, f"{prefix}{name}.")


def asked_for() -> set[str]:
    """What templates, Python and scripts ask for; a key put together ends in a star."""
    found = set()
    for folder, pattern, prefix in (("templates", "*.html", ""), ("app", "*.py", ""), ("static/js", "*.js", "script.")):
        for path in (ROOT / folder).rglob(pattern):
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".js" and 'words.js"' not in text and "words: " not in text:
                continue
            plain = [*SAID.findall(text), *(f"{key}*" for key in JOINED.findall(text))]
            if prefix:
                plain += NAMED.findall(text)
            found |= {prefix + re.sub(r"\$?\{.*?\}.*", "*", key) for key in plain}
    shared = re.compile(rf"^script\.({'|'.join(SHARED)})\.")
    return {shared.sub(r"\1.", key) for key in found if key.strip("*") not in ("", "script.")}


def matches(asked: str, key: str) -> bool:
    return key.startswith(asked[:-1]) if asked.endswith("*") else key == asked


def test_every_key_that_is_asked_for_exists() -> None:
    known = set(keys(catalogue()))

    assert [asked for asked in sorted(asked_for()) if not any(matches(asked, key) for key in known)] == []


def test_no_key_is_left_that_nobody_asks_for() -> None:
    asked = asked_for()

    assert [key for key in keys(catalogue()) if not any(matches(each, key) for each in asked)] == []


def test_a_text_that_counts_has_its_forms() -> None:
    assert say("row.images", n=1) == "1 image"
    assert say("row.images", n=2) == "2 images"


def test_a_missing_sentence_or_value_is_a_fault() -> None:
    with pytest.raises(KeyError):
        say("worklist.nonsense")
    with pytest.raises(KeyError):
        say("row.images")


def test_a_code_without_a_sentence_is_said_otherwise() -> None:
    assert say_or("refusals.TOO_SMALL", "too small") == "image too small"
    assert say_or("refusals.SOMETHING_NEW", "something new") == "something new"


def test_scripts_get_their_own_sentences_and_the_names_of_findings() -> None:
    words = script_words()

    assert "tray" in words
    assert words["findings"]["covid-19"] == "COVID-19"
    assert "worklist" not in words
