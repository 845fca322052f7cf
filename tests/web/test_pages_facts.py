"""What the pages make of a reading and a card: words, places, tables."""

import pytest

from app.cases.viewer_facts import plain_age
from app.readings.card_page import card_page, section_of, title_of
from app.web.templating import format_number, format_probability, refusal_name, zone_name


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "<0.01"), (0.004, "<0.01"), (0.005, "0.01"), (0.91, "0.91"), (0.994, "0.99"), (1, ">0.99")],
)
def test_a_probability_is_never_written_as_certainty(value: float, text: str) -> None:
    assert format_probability(value) == text


def test_words_of_codes() -> None:
    assert zone_name("right-upper") == "Right upper"
    assert refusal_name("NOT_FRONTAL") == "lateral view"
    assert refusal_name("SOMETHING_NEW") == "something new"
    assert plain_age("057Y") == "57 y"
    assert plain_age("old") == "old"
    assert format_number(2048.0) == "2048"
    assert format_number(0.25, 1) == "0.2"


def test_a_card_is_shown_whole() -> None:
    card = {
        "name": "covid-xnet",
        "version": "0.1",
        "sha256": "abc",
        "intended_use": "Decision support for radiologists, who look at every radiograph themselves.",
        "outputs": ("normal", "covid-19", "other"),
        "operating_points": ({"name": "sensitive", "threshold": 0.371, "sensitivity_interval": (0.85, 0.95)},),
        "validation": {"auroc": {"covid-19": [0.91, 0.88, 0.94]}, "n": 120},
        "limits": ("Adults only, as the collections hold no children.", "One network."),
    }

    page = card_page(card, None, address="/model")

    shown = repr(page)
    for text in ("covid-xnet", "abc", "sensitive", "0.371", "0.85 to 0.95", "0.91, 0.88, 0.94", "120", "One network."):
        assert text in shown
    assert [section.title for section in page.sections] == [
        "Intended use",
        "Identity",
        "Limits",
        "Operating points",
        "Validation",
    ]


def test_titles_of_keys() -> None:
    assert title_of("map_scale") == "Map scale"
    assert title_of("sha256") == "SHA-256"


def test_a_figure_of_the_card_is_one_line_with_its_interval() -> None:
    figure = {"value": 0.9606, "low": 0.9403, "high": 0.9756, "n": 842}

    section = section_of("validation", {"auroc_covid_against_normal": figure})

    assert [(pair.name, pair.value) for pair in section.pairs] == [
        ("AUROC, COVID-19 against normal", "0.961 (0.940–0.976), n = 842")
    ]
