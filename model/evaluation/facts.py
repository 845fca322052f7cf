"""Model facts: what fits a label, for the model card and the server's page; every figure is read from the card."""

from collections.abc import Mapping
from typing import Any

from model.evaluation.evidence.parts import estimate_text

CHECKLISTS = {"CLAIM 2024": "docs/evidence/claim-2024.md", "TRIPOD+AI": "docs/evidence/tripod-ai.md"}
"""Reporting guidelines, with the document that answers each item by item; relative to the repository."""


def model_facts(card: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the facts of a card by name; none for a card without the figures that they state.

    Args:
        card: As it stands in its file.

    Source:
        Sendak et al. 2020, npj Digital Medicine 3:41.
    """
    validation = card.get("validation", {})
    if not {"unseen_hospitals", "held_out_folds"} <= validation.keys():
        return ()
    unseen, fold = validation["unseen_hospitals"], validation["held_out_folds"]
    point = card["operating_points"][0]
    return (
        ("Mechanism", "risk score of COVID-19 against normal from one frontal chest radiograph, with a map"),
        (
            "Hospitals never seen",
            f"AUROC median {unseen['median']:.3f} of {unseen['pairs']} pairs of hospitals, worst {unseen['worst']:.3f} "
            f"({unseen['worst_pair']})",
        ),
        ("Held-out folds, hospitals seen", f"AUROC {estimate_text(fold['auroc_covid_against_normal'])}"),
        (
            "At the balanced operating point, hospitals never seen",
            f"sensitivity {point['sensitivity']:.2f}, specificity {point['specificity']:.2f}",
        ),
        ("Uses", "a second look in research; ordering a worklist for reading"),
        ("Do not use", "to exclude COVID-19, to tell it from other pneumonia, on children, without a reader"),
        (
            "Warnings",
            "trained on confounded public data; check it on your own radiographs before relying on any figure",
        ),
    )
