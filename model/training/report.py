"""The model card for people, `docs/model-card.md`, written from the release's card: no figure is typed."""

from collections.abc import Mapping, Sequence
from typing import Any

from model.calibration import Line
from model.evaluation.evidence.parts import estimate_text
from model.evaluation.facts import CHECKLISTS, model_facts
from model.gate_network import GateNetwork
from model.network import CovidXNet
from model.training.evidence.decisions import CLEAR_SHARE
from model.unet import UNet, n_parameters
from model.weights import GateCard, WeightsCard

REPRODUCE = (
    "## Reproduce\n\n`make train` with `COVID_XNET_DATA` naming the data folder trains lungs and gate; `make evidence` "
    "trains every run of the evidence, resuming where it was stopped, makes the release of its members and writes this "
    "page. Recipe: `model/training/configs/recipe.toml`."
)


def model_card(card: WeightsCard) -> str:
    """Render a release's card as Markdown."""
    parts = [
        f"# Model card: {card.name} {card.version}",
        "Research use. Not a medical device. Written by `python -m model.training pages` from "
        f"`model/released/{card.folder.name}/card.json`; every figure here stands there. All tables of the evidence: "
        "[results](evidence/results.md).",
        "## Model facts\n\n" + table(("", ""), model_facts(card.to_json())),
        _checklists(),
        _about(card),
        _data(card),
        _figures(card.validation),
        _operating_points(card),
        _map(card),
        _localization(card.validation["localization"]),
        _lungs(card.validation["lungs_dice"]),
        _gate(card.gate),
        "## Limits\n\n" + "\n".join(f"- {limit}" for limit in card.limits),
        REPRODUCE,
    ]
    return "\n\n".join(parts) + "\n"


def _checklists() -> str:
    links = " and ".join(f"[{name}]({path.removeprefix('docs/')})" for name, path in CHECKLISTS.items())
    return f"How it was made and tested, item by item: {links}."


def _about(card: WeightsCard) -> str:
    network, unet = n_parameters(CovidXNet(card.network)), n_parameters(UNet(card.lungs_network))
    rows = [
        ("Intended use", card.intended_use),
        ("Outputs", ", ".join(card.outputs)),
        (
            "Input",
            f"the lung box of a frontal radiograph at {card.input.size} × {card.input.size}, pipeline {card.pipeline}",
        ),
        ("Classifier", f"{card.n_members} networks of {network:,} parameters, logits averaged; `model/network.py`"),
        ("Lung segmentation", f"{unet:,} parameters; `model/unet.py`"),
        ("Weights", f"`{card.file}`, SHA-256 `{card.sha256}`"),
        ("Created", card.created),
        ("Licence", card.licence),
    ]
    return "## What it is\n\n" + table(("", ""), rows)


def _data(card: WeightsCard) -> str:
    training = card.training
    rows = [(name, str(n)) for name, n in training["radiographs"].items()]
    return (
        "## Trained on\n\nAdults only; folds without a shared patient (`model/training/splits/folds.csv`, SHA-256 "
        f"`{training['folds_sha256'][:16]}…`), each member without a fold of "
        "its own; "
        f"{training['without_patient_identity']}. Labels come with their sources and are noisy; "
        f"{', '.join(training['config']['clear_sources'])} counts as normal.\n\n"
        + table(("Source: label", "Radiographs"), rows)
    )


def _figures(validation: Mapping[str, Any]) -> str:
    unseen, fold = validation["unseen_hospitals"], validation["held_out_folds"]
    pairs = [(name, estimate_text(value)) for name, value in validation["auroc_of_unseen_hospitals"].items()]
    called = [(name, estimate_text(value)) for name, value in validation["called_covid_19"].items()]
    folds = [
        ("AUROC, COVID-19 against normal", estimate_text(fold["auroc_covid_against_normal"])),
        ("AUROC, COVID-19 against other abnormality", estimate_text(fold["auroc_covid_against_other"])),
        ("Expected calibration error of P(covid-19)", f"{fold['expected_calibration_error']:.3f}"),
        (
            "The same on hospitals left out, calibrated on others",
            f"{validation['expected_calibration_error_unseen']:.3f}",
        ),
    ]
    return "\n\n".join(
        [
            "## What it reaches",
            "On hospitals that the reading network never saw, COVID-19 of one against normals of another: median "
            f"{unseen['median']:.3f}, worst {unseen['worst']:.3f}. 95 % intervals by resampling patients. Many "
            "COVID-19 radiographs of bimcv-qatar show no finding.",
            table(("AUROC", "Value (95 % interval), radiographs"), pairs),
            "On the folds that each member held out, hospitals seen, at the released calibration:",
            table(("Figure", "Value (95 % interval), radiographs"), folds),
            "Called COVID-19 there at the operating point in force, by source and truth:",
            table(("Source: truth", "Share (95 % interval), radiographs"), called),
        ]
    )


def _operating_points(card: WeightsCard) -> str:
    rows = [
        (
            point.name,
            f"{point.threshold:.3f}",
            f"{point.sensitivity:.3f} ({point.sensitivity_interval[0]:.3f}–{point.sensitivity_interval[1]:.3f})",
            f"{point.specificity:.3f} ({point.specificity_interval[0]:.3f}–{point.specificity_interval[1]:.3f})",
        )
        for point in card.operating_points
    ]
    return (
        f"## Operating points\n\nProbabilities are calibrated on {card.calibration.set}, with one line a head: "
        f"“abnormal” {_line(card.calibration.abnormal)}, “COVID-19, given abnormal” {_line(card.calibration.subtype)}. "
        f"The points are fixed on {card.operating_points[0].set}; the first is in force. "
        f"P(other) flags from {card.other_threshold:.3f}. A reading is indeterminate when more than one member lies on "
        "the other side of the threshold.\n\n" + table(("Name", "P(covid-19) from", "Sensitivity", "Specificity"), rows)
    )


def _line(line: Line) -> str:
    return f"{line.slope:.2f} × logit {line.intercept:+.2f}"


def _map(card: WeightsCard) -> str:
    scale = card.map_scale
    return (
        "## The map\n\nThe exact class activation map of “abnormal”, from the forward pass that gives the probability. "
        f"One absolute scale, logits per cell: 0 at {scale.low:.2f} ({CLEAR_SHARE:.0%} of the cells of held-out normal "
        f"radiographs lie below), 1 at {scale.high:.2f} (the peak that one in twenty held-out COVID-19 radiographs "
        f"exceeds). It is never stretched per image; a viewer starts at {scale.show_above:.2f}."
    )


def _localization(figures: Mapping[str, Any]) -> str:
    rows = [
        (
            f"{name}, n = {value['n']}",
            f"{value['pointing_game']:.2f}",
            f"{value['random_point_in_lungs']:.2f}",
            f"{value['centre_of_lung_box']:.2f}",
            f"{value['mean_map_of_the_others']:.2f}",
            f"{value['energy_in_lesion']:.2f}",
            f"{value['energy_in_lungs']:.2f}",
        )
        for name, value in figures.items()
        if value["n"]
    ]
    head = (
        "Outlined radiographs",
        "Pointing game",
        "Random point in the lungs",
        "Centre of the lung box",
        "Peak of the others' mean map",
        "Energy in lesion",
        "Energy in lungs",
    )
    return (
        "## Does the map point at lesions?\n\nAgainst lesions that radiologists outlined, read by networks that did "
        "not train on the radiograph: whether the peak lies in the outline or within 1.5 % of the image's side of it, "
        "beside what needs no network, and the share of the map inside outline and lungs.\n\n" + table(head, rows)
    )


def _lungs(dice: Mapping[str, float]) -> str:
    rows = [(name.removeprefix("dice_"), f"{value:.3f}") for name, value in dice.items() if name != "dice"]
    return (
        "## Lung segmentation\n\nDice on the held-out fold by who drew the outlines (the origins disagree about the "
        "heart and are scored apart):\n\n" + table(("Origin", "Dice"), [*rows, ("all", f"{dice['dice']:.3f}")])
    )


def _gate(gate: GateCard) -> str:
    confusion: Mapping[str, Mapping[str, int]] = gate.validation["confusion"]
    found = {outcome for counts in confusion.values() for outcome in counts}
    outcomes = sorted(found, key=lambda outcome: (outcome.isupper(), outcome))
    rows = [
        (shown, str(sum(counts.values())), *(str(counts.get(outcome, "–")) for outcome in outcomes))
        for shown, counts in confusion.items()
    ]
    rates = [(name, estimate_text(value)) for name, value in gate.validation["rates"].items()]
    return "\n\n".join(
        [
            "## Is it a chest, and which way up",
            f"The gate ({n_parameters(GateNetwork(gate.network)):,} parameters, `model/gate_network.py`, SHA-256 "
            f"`{gate.sha256[:16]}…`) on {gate.validation['set']}; its limits were chosen on the same fold. Chests were "
            "turned, inverted, mirrored and cut off by a program; random views change zoom, position, tone, texture, "
            "polarity and turn; `other` is drawn: bodies, pages, screens, scenes. What the header would refuse, such "
            "as a child's age or the modality of a CT slice, is not counted here. Behind the gate, implausible lungs "
            "are `NOT_A_FRONTAL_CHEST`; the codes are explained in [refusals](refusals.md). The weak spot is the "
            "coronal CT slice without a header, which looks much like a radiograph. Real radiographs of other parts "
            "were too few to hold any out.",
            table(("Shown", "n", *(f"`{o}`" if o.isupper() else o for o in outcomes)), rows),
            table(("Rate", "Share (95 % interval), images"), rates),
        ]
    )


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Render a Markdown table."""
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, ("---",) * len(head), *rows)]
    return "\n".join(lines)
