"""The viewer's facts in words: corner texts and the folded lists of the panel."""

from dataclasses import dataclass

from app.cases.schemas import CaseOut, RadiographOut, SpacingOut, WindowOut
from app.readings.schemas import ReadingOut
from app.web.templating import format_dicom_date, format_number, short_hash
from app.web.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of a list of facts.

    Attributes:
        is_named: It may name the patient, and is hidden with the names.
    """

    name: str
    value: str
    is_named: bool = False


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
    position = radiograph.view_position
    view = say("stage.view", view=position) if position else say("stage.no_view")
    return HeaderLines(
        patient=" · ".join(text for text in known if text),
        study=" · ".join(text for text in (view, study_moment(case)) if text),
        spacing=f" · {_spacing(radiograph.spacing)}" if radiograph.spacing else "",
    )


def panel_facts(case: CaseOut, radiograph: RadiographOut) -> tuple[FactGroup, ...]:
    """List what the header says, and where the reading comes from."""
    return (
        FactGroup(title=say("facts.header"), facts=tuple(_image_facts(case, radiograph))),
        FactGroup(title=say("facts.provenance"), facts=tuple(_provenance(radiograph.reading))),
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
    study, view = case.study, radiograph.view_position
    encoding = radiograph.encoding.upper()
    size = say("facts.format_value", encoding=encoding, columns=radiograph.columns, rows=radiograph.rows)
    return [
        _given(say("facts.file"), radiograph.file_name, is_named=True),
        _given(say("facts.format"), size),
        _given(say("facts.view"), say("facts.view_value", view=view) if view else None),
        _given(say("facts.laterality"), radiograph.image_laterality),
        _given(say("facts.orientation"), say("facts.orientation_value")),
        _given(say("facts.photometric"), radiograph.photometric_interpretation),
        _given(say("facts.window"), _window(radiograph.window)),
        _given(say("facts.spacing"), _spacing(radiograph.spacing) if radiograph.spacing else None),
        _given(say("facts.study"), study_moment(case)),
        _given(say("facts.description"), study.description if study else None),
        _given(say("facts.accession"), study.accession_number if study else None, is_named=True),
    ]


def _given(name: str, value: str | None, *, is_named: bool = False) -> Fact:
    """Name a fact of the header; one that was not given is said not to be."""
    return Fact(name=name, value=value or say("facts.not_given"), is_named=is_named)


def _provenance(reading: ReadingOut) -> list[Fact]:
    model, point = reading.model, reading.operating_point
    facts = [(say("facts.model"), f"{model.name} {model.version} · {short_hash(model.sha256)}")]
    if point:
        sensitivity, specificity = f"{point.sensitivity:.2f}", f"{point.specificity:.2f}"
        facts += [
            (say("facts.point"), point.name),
            (say("facts.threshold"), f"{point.threshold:.2f}"),
            (say("facts.sensitivity"), sensitivity),
            (say("facts.specificity"), specificity),
            (say("facts.measured_on"), point.set),
        ]
    if "total" in reading.timings_ms and reading.device:
        device = say("facts.cpu") if reading.device == "cpu" else reading.device
        seconds = f"{reading.timings_ms['total'] / 1000:.2f}"
        facts.append((say("facts.read"), say("facts.read_value", seconds=seconds, device=device)))
    facts += [(say("facts.pipeline"), reading.pipeline), (say("facts.reading"), str(reading.reading_id))]
    return [Fact(name=name, value=value) for name, value in facts]


def _window(window: WindowOut | None) -> str | None:
    if window is None:
        return None
    function = window.function.lower().replace("_", " ")
    center, width = format_number(window.center, 1), format_number(window.width, 1)
    return say("facts.window_value", center=center, width=width, function=function)


def _spacing(spacing: SpacingOut) -> str:
    place = say("facts.at_detector") if spacing.at_detector else say("facts.as_given")
    row, column = f"{spacing.row_mm:.3f}", f"{spacing.column_mm:.3f}"
    if abs(spacing.row_mm - spacing.column_mm) < 1e-6:
        return say("facts.spacing_one", mm=row, place=place)
    return say("facts.spacing_two", row=row, column=column, place=place)
