"""The weights' card as tables: what a reader asks first comes first, then the rest; nothing is left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model.evaluation.evidence.parts import EvidenceSection, estimate_text
from model.evaluation.evidence.sections import evidence_sections
from model.evaluation.facts import CHECKLISTS, model_facts

_TITLES = {
    "sha256": "SHA-256",
    "lungs_sha256": "Lungs SHA-256",
    "covid-19": "COVID-19",
    "evidence_sha256": "Evidence SHA-256",
    "folds_sha256": "Folds SHA-256",
    "auroc": "AUROC",
    "ppv": "PPV",
    "npv": "NPV",
    "n_members": "Members",
    "auroc_covid_against_normal": "AUROC, COVID-19 against normal",
    "auroc_covid_against_other": "AUROC, COVID-19 against other abnormality",
    "mean_probability_covid_19": "Mean probability of COVID-19",
    "called_covid_19": "Called COVID-19 at the operating point in force",
    "other_threshold": "Threshold of other abnormality",
    "calibration": "Calibration in force",
}
_IDENTITY = "Identity"
_ASKED_FIRST = ("intended_use", "limits", "operating_points", "validation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One fact of the card."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the card.

    Attributes:
        key: Anchor of the part on the page.
        text: A paragraph, or empty.
        items: Sentences below one another.
        pairs: Facts by name.
        columns: Headings of a table; empty when there is none.
        lines: Cells of the table, line by line.
        sections: Parts of the part.
    """

    key: str
    title: str
    text: str = ""
    items: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()
    columns: tuple[str, ...] = ()
    lines: tuple[tuple[str, ...], ...] = ()
    sections: tuple["Section", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPage:
    """Context of `readings/card.html`.

    Attributes:
        name: Name of the weights.
        version: Their version; empty when the card names none.
        sections: What of the card is asked first, its plain facts gathered under one heading.
        checklists: Names of reporting guidelines with the documents of the repository that answer them.
        evidence: The results that its claims rest on, table by table; empty where they did not come with the weights.
        details: The rest of the card.
        card_href: Where the card is as JSON.
    """

    name: str
    version: str
    sections: tuple[Section, ...]
    checklists: Mapping[str, str]
    evidence: tuple[EvidenceSection, ...]
    details: tuple[Section, ...]
    card_href: str


def card_page(card: Mapping[str, Any], evidence: Mapping[str, Any] | None, *, address: str) -> CardPage:
    """Build the page of a card and of its results file."""
    facts = tuple(Pair(name=name, value=value) for name, value in model_facts(card))
    if evidence:  # holds all that `validation` repeats of it
        card = {key: value for key, value in card.items() if key != "validation"}
    plain = {key: value for key, value in card.items() if is_plain(value) and not is_prose(value)}
    identity = Section(key="identity", title=_IDENTITY, pairs=_pairs(plain))
    first = [section_of(key, card[key]) for key in _ASKED_FIRST if key in card and key not in plain]
    return CardPage(
        name=str(card.get("name", "Model")),
        version=str(card.get("version", "")),
        sections=(
            *([Section(key="facts", title="Model facts", pairs=facts)] if facts else []),
            *first[:1],
            identity,
            *first[1:],
        ),
        checklists=CHECKLISTS,
        evidence=evidence_sections(evidence) if evidence else (),
        details=tuple(section_of(key, card[key]) for key in card if key not in plain and key not in _ASKED_FIRST),
        card_href=address,
    )


def section_of(key: str, value: Any) -> Section:
    """Turn one value of the card into text, sentences, facts or a table, by its shape."""
    title = title_of(key)
    if isinstance(value, Mapping):
        plain = {name: inner for name, inner in value.items() if is_plain(inner)}
        inner_sections = tuple(section_of(f"{key}-{name}", value[name]) for name in value if name not in plain)
        named = tuple(_renamed(section, key) for section in inner_sections)
        return Section(key=key, title=title, pairs=_pairs(plain), sections=named)
    if _is_list(value) and value and all(isinstance(entry, Mapping) for entry in value):
        names = list(dict.fromkeys(name for entry in value for name in entry))
        lines = tuple(tuple(text_of(entry.get(name)) for name in names) for entry in value)
        return Section(key=key, title=title, columns=tuple(title_of(name) for name in names), lines=lines)
    if _is_list(value):
        return Section(key=key, title=title, items=tuple(text_of(entry) for entry in value))
    return Section(key=key, title=title, text=text_of(value))


def title_of(key: str) -> str:
    """Write a key as a heading: `map_scale` is `Map scale`."""
    words = str(key).replace("_", " ")
    return _TITLES.get(str(key), words[:1].upper() + words[1:])


def text_of(value: Any) -> str:
    """Write a plain value; an interval or short list with its members parted by commas."""
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping) and is_estimate(value):
        return estimate_text(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{title_of(name)} {text_of(inner)}" for name, inner in value.items())
    if _is_list(value):
        is_interval = len(value) == 2 and all(isinstance(end, float) for end in value)
        return (" to " if is_interval else ", ").join(text_of(entry) for entry in value)
    return str(value)


def is_plain(value: Any) -> bool:
    """Tell whether a value fits one cell: a scalar, or a short list of scalars without sentences."""
    if _is_list(value):
        return (
            len(value) <= 8
            and all(not isinstance(entry, Mapping) and is_plain(entry) for entry in value)
            and not (any(is_prose(entry) for entry in value))
        )
    return not isinstance(value, Mapping) or is_estimate(value)


def is_estimate(value: Mapping[str, Any]) -> bool:
    """Tell whether a mapping is a figure with its interval and the number of radiographs behind it."""
    return value.keys() == {"value", "low", "high", "n"}


def is_prose(value: Any) -> bool:
    """Tell whether a value is a sentence or more."""
    return isinstance(value, str) and len(value) > 40 and " " in value


def _pairs(values: Mapping[str, Any]) -> tuple[Pair, ...]:
    return tuple(Pair(name=title_of(name), value=text_of(value)) for name, value in values.items())


def _renamed(section: Section, parent: str) -> Section:
    title = title_of(section.key.removeprefix(f"{parent}-"))
    return Section(
        key=section.key,
        title=title,
        text=section.text,
        items=section.items,
        pairs=section.pairs,
        columns=section.columns,
        lines=section.lines,
        sections=section.sections,
    )


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)
