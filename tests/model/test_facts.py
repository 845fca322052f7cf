"""What people read first, and the words for figures: from results that fit on a page."""

from typing import Any

import pytest

from model.evaluation.evidence.parts import NO_INTERVAL, estimate_text
from model.evaluation.facts import model_facts

CARD: dict[str, Any] = {
    "operating_points": [{"sensitivity": 0.791, "specificity": 0.9}],
    "validation": {
        "unseen_hospitals": {"median": 0.8944, "pairs": 8, "worst": 0.824, "worst_pair": "a against b"},
        "held_out_folds": {"auroc_covid_against_normal": {"value": 0.969, "low": 0.962, "high": 0.975, "n": 4356}},
    },
}


def test_facts_are_read_from_the_card() -> None:
    facts = dict(model_facts(CARD))

    assert facts["Hospitals never seen"] == "AUROC median 0.894 of 8 pairs of hospitals, worst 0.824 (a against b)"
    assert facts["Held-out folds, hospitals seen"] == "AUROC 0.969 (0.962–0.975), n = 4356"
    assert "sensitivity 0.79, specificity 0.90" in facts.values()
    assert "Do not use" in facts


@pytest.mark.parametrize("card", [{}, CARD | {"validation": {}}])
def test_a_card_without_figures_has_no_facts(card: dict[str, Any]) -> None:
    assert model_facts(card) == ()


@pytest.mark.parametrize(
    ("value", "low", "text"),
    [
        (0.32, 0.276, "0.320 (0.276–0.367), n = 397"),
        (0.32, None, f"0.320 ({NO_INTERVAL}), n = 397"),
        (None, None, "–, n = 397"),
    ],
)
def test_a_figure_is_written_with_what_it_has(value: float | None, low: float | None, text: str) -> None:
    high = None if low is None else 0.367

    assert estimate_text({"value": value, "low": low, "high": high, "n": 397}) == text
