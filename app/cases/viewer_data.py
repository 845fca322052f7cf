"""Values that the viewer's script needs: addresses and numbers, never a patient's name."""

from collections.abc import Sequence
from typing import Any

from app.cases.schemas import CaseOut, PriorOut, RadiographOut
from app.cases.viewer_correction import correction_of
from app.readings.schemas import ReadingOut, Status
from app.web.templating import format_dicom_date
from app.web.words import say
from model.prediction import Correction

_DRAWN = {"radiograph_id", "rows", "columns", "modality", "grayscale"}


def page_data(
    case: CaseOut,
    radiograph: RadiographOut,
    priors: Sequence[PriorOut],
    *,
    correction: Correction,
    next_href: str | None,
    worklist_href: str,
    show_above: float,
) -> dict[str, Any]:
    """Gather the values of a page; see the types in `static/js/viewer` for what each is used for."""
    return {
        "case_id": str(case.case_id),
        "next_href": next_href,
        "worklist_href": worklist_href,
        "show_above": show_above,
        "is_reviewed": bool(case.reviews),
        "radiograph": {
            "radiograph_id": str(radiograph.radiograph_id),
            "rows": radiograph.rows,
            "columns": radiograph.columns,
            "modality": radiograph.links.modality,
            "grayscale": radiograph.links.grayscale,
            "annotations": f"/radiographs/{radiograph.radiograph_id}/annotations",
            "what_if": f"/radiographs/{radiograph.radiograph_id}/what-if",
            "spacing": None if radiograph.spacing is None else radiograph.spacing.model_dump(mode="json"),
            "view_position": radiograph.view_position,
            "is_frontal": _is_frontal(radiograph.reading.status, radiograph.view_position),
        },
        "reading": _reading(radiograph.reading, correction),
        "priors": [_prior(prior) for prior in priors],
    }


def _is_frontal(status: Status, view_position: str | None) -> bool:
    """Tell whether it is known to be frontal: by its reading, or by its header where no reading says otherwise."""
    return status is Status.DONE or (status is not Status.REFUSED and view_position in ("AP", "PA"))


def _reading(reading: ReadingOut, correction: Correction) -> dict[str, Any]:
    cam = None
    if reading.cam:
        cam = reading.cam.model_dump(mode="json") | {"reading_id": str(reading.reading_id)}
    return {
        "reading_id": str(reading.reading_id),
        "status": reading.status.value,
        "flagged": reading.flagged,
        "boxes": [list(box) for box in reading.localization.boxes] if reading.localization else [],
        "cam": cam,
        "correction": _correction(correction),
    }


def _correction(correction: Correction) -> dict[str, Any]:
    return {"rotation": correction.rotation, "inverted": correction.inverted}


def _prior(prior: PriorOut) -> dict[str, Any]:
    received = f"{prior.received_at:%Y-%m-%d}"
    day = format_dicom_date(prior.study_date) if prior.study_date else say("stage.prior_day", day=received)
    view = prior.view_position
    what = f"{say('stage.view', view=view)} · {day}" if view else day
    return {
        "name": f"{day} · {view or say('stage.prior_no_view')}",
        "label": say("stage.prior_label", what=what),
        "is_frontal": _is_frontal(prior.status, view),
        "correction": _correction(correction_of(prior.cautions)),
        "radiograph": prior.model_dump(
            mode="json", include={"radiograph_id", "rows", "columns", "modality", "grayscale"}
        ),
    }
