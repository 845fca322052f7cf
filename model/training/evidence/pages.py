"""The results file as pages for people, `docs/model-card.md` and `docs/evidence/results.md` with its plots."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from model.evaluation.evidence.parts import EvidenceSection, Plot, Table
from model.evaluation.evidence.sections import evidence_sections
from model.training.report import model_card, table
from model.weights import WeightsCard


def write_pages(card: WeightsCard, docs: Path) -> None:
    """Write the pages of a release.

    Raises:
        FileNotFoundError: the release has no results file.
    """
    results = card.evidence()
    if results is None:
        raise FileNotFoundError(f"{card.folder.name} has no results file")
    (docs / "model-card.md").write_text(model_card(card), encoding="utf-8")
    for name, content in evidence_pages(card, results).items():
        (docs / "evidence" / name).write_text(content, encoding="utf-8")


def evidence_pages(card: WeightsCard, results: Mapping[str, Any]) -> dict[str, str]:
    """Render the page and its plots, by file name."""
    sections = evidence_sections(results)
    head = (
        f"# Results of {card.name} {card.version}\n\nWritten by `python -m model.training pages` from "
        f"`model/released/{card.folder.name}/evidence.json`, which `make evidence` writes (budget {results['budget']}, "
        f"{results['created']}). No figure is typed. Intervals are 95 %, over patients. What was tried on the way "
        "stands in [experiments](experiments.md)."
    )
    page = "\n\n".join([head, *(_markdown(section) for section in sections)]) + "\n"
    plots = [part for section in sections for part in section.parts if isinstance(part, Plot)]
    return {"results.md": page} | {f"{plot.name}.svg": plot.standalone for plot in plots}


def _markdown(section: EvidenceSection) -> str:
    parts = [f"## {section.title}"]
    for part in section.parts:
        match part:
            case Table():
                parts.append(table(part.head, part.rows))
            case Plot():
                parts.append(f"![{part.title}]({part.name}.svg)")
            case _:
                parts.append(part)
    return "\n\n".join(parts)
