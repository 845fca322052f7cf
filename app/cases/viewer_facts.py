"""The viewer's facts in words: corner texts and the folded lists of the panel."""

from dataclasses import dataclass

from app.cases.schemas import CaseOut, RadiographOut, SpacingOut, WindowOut
from app.readings.schemas import ReadingOut
from app.web.templating import format_dicom_date, format_number, short_hash

NOT_GIVEN = "not given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of a list of facts."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactGroup:
    """A folded list of facts."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderLines:
    """Texts in the corners of the stage; see `ViewerPage` for their meaning."""

    patient: str
    study: str
    spacing: str


def header_lines(case: CaseOut, radiograph: RadiographOut) -> HeaderLines:
    """Write the corner texts; what the header does not give is said or left out, never guessed."""
    patient = case.patient
    known = [] if patient is None else [patient.id, patient.name, plain_age(patient.age), patient.sex]
    view = f"Chest {radiograph.view_position}" if radiograph.view_position else "View not given"
    return HeaderLines(
        patient=" · ".join(text for text in known if text),
        study=" · ".join(text for text in (view, study_moment(case) or radiograph.file_name) if text),
        spacing=f" · {_spacing(radiograph.spacing)}" if radiograph.spacing else "",
    )


def panel_facts(case: CaseOut, radiograph: RadiographOut) -> tuple[FactGroup, ...]:
    """List what the header says, and where the reading comes from."""
    return (
        FactGroup(title="Image and header", facts=tuple(_image_facts(case, radiograph))),
        FactGroup(title="Provenance", facts=tuple(_provenance(radiograph.reading))),
    )


def study_moment(case: CaseOut) -> str | None:
    """Write the study's date and time as the header gives them; their time zone is unknown."""
    if case.study is None or case.study.date is None:
        return None
    time = case.study.time or ""
    clock = f" {time[:2]}:{time[2:4]}" if len(time) >= 4 and time[:4].isdigit() else ""
    return format_dicom_date(case.study.date) + clock


def plain_age(age: str | None) -> str | None:
    """Write a DICOM age (AS) such as `057Y` as `57 y`; anything else stays as it was sent."""
    if age and len(age) == 4 and age[:3].isdigit() and age[3] in "DWMY":
        return f"{int(age[:3])} {age[3].lower()}"
    return age


def _image_facts(case: CaseOut, radiograph: RadiographOut) -> list[Fact]:
    study = case.study
    facts = {
        "File": radiograph.file_name or NOT_GIVEN,
        "Format": f"{radiograph.encoding.upper()}, {radiograph.columns} × {radiograph.rows}",
        "View position": f"{radiograph.view_position}, as given" if radiograph.view_position else NOT_GIVEN,
        "Image laterality": radiograph.image_laterality or NOT_GIVEN,
        "Orientation": "as sent",
        "Photometric interpretation": radiograph.photometric_interpretation,
        "Window": _window(radiograph.window) or NOT_GIVEN,
        "Pixel spacing": _spacing(radiograph.spacing) if radiograph.spacing else NOT_GIVEN,
        "Study": study_moment(case) or NOT_GIVEN,
        "Description": (study.description if study else None) or NOT_GIVEN,
        "Accession number": (study.accession_number if study else None) or NOT_GIVEN,
    }
    return [Fact(name=name, value=value) for name, value in facts.items()]


def _provenance(reading: ReadingOut) -> list[Fact]:
    model, point = reading.model, reading.operating_point
    facts = [Fact(name="Model", value=f"{model.name} {model.version} · {short_hash(model.sha256)}")]
    if point:
        facts += [
            Fact(name="Operating point", value=point.name),
            Fact(name="Flags from", value=f"{point.threshold:.2f}"),
            Fact(name="Sensitivity", value=f"{point.sensitivity:.2f} on {point.set}"),
            Fact(name="Specificity", value=f"{point.specificity:.2f} on {point.set}"),
        ]
    if "total" in reading.timings_ms and reading.device:
        device = "CPU" if reading.device == "cpu" else reading.device
        facts.append(Fact(name="Read", value=f"{reading.timings_ms['total'] / 1000:.2f} s on {device}"))
    facts += [
        Fact(name="Pixel pipeline", value=reading.pipeline),
        Fact(name="Reading", value=str(reading.reading_id)),
    ]
    return facts


def _window(window: WindowOut | None) -> str | None:
    if window is None:
        return None
    function = window.function.lower().replace("_", " ")
    return f"C {format_number(window.center, 1)} W {format_number(window.width, 1)} · {function}"


def _spacing(spacing: SpacingOut) -> str:
    place = "at detector" if spacing.at_detector else "as given"
    if abs(spacing.row_mm - spacing.column_mm) < 1e-6:
        return f"{spacing.row_mm:.3f} mm {place}"
    return f"{spacing.row_mm:.3f} × {spacing.column_mm:.3f} mm {place}"
