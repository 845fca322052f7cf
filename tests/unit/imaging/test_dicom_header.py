"""Header facts a reading needs, taken as written or left out when they are not usable."""

import pytest
from pydicom.dataset import Dataset

from model.imaging.radiograph import PixelSpacing
from model.imaging.reader import read_radiograph
from tests.factories import make_chest_dicom, read_back, write


def read(**attributes: object):  # type: ignore[no-untyped-def]
    return read_radiograph(make_chest_dicom(rows=32, columns=32, **attributes))  # type: ignore[arg-type]


def make_view_code(code: str, scheme: str = "SCT") -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code, scheme, "view"
    return item


def test_facts_are_those_of_the_header() -> None:
    radiograph = read(ImageLaterality="U", BurnedInAnnotation="NO", BodyPartExamined="CHEST")

    assert radiograph.view_position == "PA"
    assert radiograph.image_laterality == "U"
    assert radiograph.modality == "DX"
    assert radiograph.body_part_examined == "CHEST"
    assert radiograph.burned_in_annotation is False
    assert radiograph.age_years == 45


def test_absent_facts_are_none() -> None:
    radiograph = read(
        view_position=None, modality=None, age=None, ImagerPixelSpacing=None, BodyPartExamined=None, StudyDate=None
    )

    assert radiograph.view_position is None
    assert radiograph.image_laterality is None
    assert radiograph.modality is None
    assert radiograph.body_part_examined is None
    assert radiograph.burned_in_annotation is None
    assert radiograph.spacing is None
    assert radiograph.age_years is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [("399348003", "AP"), ("272479007", "PA"), ("R-10206", "AP"), ("399173006", "LL"), ("1", None)],
)
def test_view_code_speaks_where_view_position_is_silent(code: str, expected: str | None) -> None:
    assert read(view_position=None, ViewCodeSequence=[make_view_code(code)]).view_position == expected
    assert read(view_position="AP", ViewCodeSequence=[make_view_code(code)]).view_position == "AP"


@pytest.mark.parametrize(
    ("written", "years"),
    [("045Y", 45), ("011M", 11 / 12), ("052W", 52 * 7 / 365.25), ("010D", 10 / 365.25), ("000Y", None)],
)
def test_age_is_read_in_its_unit(written: str, years: float | None) -> None:
    assert read(age=written).age_years == (None if years is None else pytest.approx(years))


@pytest.mark.parametrize(
    ("birth", "years"), [("19600401", 60.0), ("20190401", 1.0), ("18000101", None), ("20210101", None), ("", None)]
)
def test_age_is_counted_from_birth_to_study_when_not_written(birth: str, years: float | None) -> None:
    age = read(age=None, PatientBirthDate=birth, StudyDate="20200401").age_years

    assert age == (None if years is None else pytest.approx(years, abs=0.01))


def test_impossible_birth_date_gives_no_age() -> None:
    data = make_chest_dicom(rows=32, columns=32, age=None, PatientBirthDate="19600228")

    assert read_radiograph(data.replace(b"19600228", b"19600231")).age_years is None


@pytest.mark.parametrize(
    ("corrected", "at_detector", "expected"),
    [
        (["0.2", "0.3"], None, PixelSpacing(row_mm=0.2, column_mm=0.3, at_detector=False)),
        (["0.2", "0.3"], ["0.25", "0.35"], PixelSpacing(row_mm=0.2, column_mm=0.3, at_detector=False)),
        (["0.2", "0.3"], ["0.2", "0.3"], PixelSpacing(row_mm=0.2, column_mm=0.3, at_detector=True)),
        (None, ["0.2", "0.3"], PixelSpacing(row_mm=0.2, column_mm=0.3, at_detector=True)),
        (["0", "0"], None, None),
        (["0.2"], None, None),
    ],
)
def test_spacing_says_where_it_holds(
    corrected: list[str] | None, at_detector: list[str] | None, expected: PixelSpacing | None
) -> None:
    assert read(PixelSpacing=corrected, ImagerPixelSpacing=at_detector).spacing == expected


def test_age_without_its_unit_is_none() -> None:
    data = make_chest_dicom(rows=32, columns=32, age="045Y", PatientBirthDate=None)

    assert read_radiograph(data.replace(b"045Y", b"0045")).age_years is None


def test_malformed_facts_are_left_out() -> None:
    data = make_chest_dicom(rows=32, columns=32, ImagerPixelSpacing=["0.77777", "0.77777"], ImageLaterality="U")

    dataset = read_back(data.replace(b"0.77777", b"0.7x777"))
    del dataset.ViewPosition
    dataset.add_new(0x00540220, "LO", "AP")  # View Code Sequence, as what it is not

    radiograph = read_radiograph(write(dataset).replace(b"\x20\0\x62\0CS", b"\x20\0\x62\0FD"))  # Image Laterality

    assert radiograph.spacing is None
    assert radiograph.view_position is None
    assert radiograph.image_laterality is None
    assert radiograph.modality == "DX"


@pytest.mark.parametrize(("length", "is_kept"), [(64, True), (65, False), (1_000_000, False)])
def test_text_that_is_too_long_for_any_code_is_left_out(length: int, is_kept: bool) -> None:
    dataset = read_back(make_chest_dicom(rows=32, columns=32))
    dataset.add_new(0x00180015, "UT", "X" * length)  # Body Part Examined

    assert read_radiograph(write(dataset)).body_part_examined == ("X" * length if is_kept else None)


@pytest.mark.parametrize(
    ("attributes", "ratio"),
    [
        ({}, 1),
        ({"PixelAspectRatio": ["4", "3"]}, 4 / 3),
        ({"PixelAspectRatio": ["0", "3"]}, 1),
        ({"PixelAspectRatio": ["4"]}, 1),
        ({"PixelSpacing": ["0.3", "0.2"]}, 1.5),
        ({"PixelSpacing": ["0.2", "0.2"], "PixelAspectRatio": ["4", "3"]}, 1),
        ({"PixelSpacing": ["0.2", "0.201"]}, 0.2 / 0.201),
    ],
    ids=str,
)
def test_pixels_that_are_not_square_are_said(attributes: dict[str, object], ratio: float) -> None:
    radiograph = read(**({"ImagerPixelSpacing": None} | attributes))

    assert radiograph.pixel_aspect_ratio == pytest.approx(ratio)
    assert ("PIXELS_NOT_SQUARE" in [caution.code for caution in radiograph.cautions]) is (abs(ratio - 1) > 0.01)


@pytest.mark.parametrize(
    "attributes",
    [
        {"ImagerPixelSpacing": ["1e-308", "1e308"]},
        {"ImagerPixelSpacing": ["1e308", "1e-308"]},
        {"PixelSpacing": ["1e300", "1e300"]},
        {"PixelSpacing": ["0.1", "2.1"]},
        {"PixelAspectRatio": ["1", "2147483647"]},
        {"PixelSpacing": ["0", "0"]},
    ],
    ids=str,
)
def test_spacing_that_no_detector_has_is_left_aside_with_a_caution(attributes: dict[str, object]) -> None:
    radiograph = read(**({"ImagerPixelSpacing": None} | attributes))

    assert (radiograph.pixel_aspect_ratio, radiograph.spacing) == (1, None)
    assert [caution.code for caution in radiograph.cautions] == ["SPACING_UNUSABLE"]


@pytest.mark.parametrize(
    ("attributes", "ratio"),
    [({"PixelAspectRatio": ["20", "1"]}, 20), ({"PixelSpacing": ["0.1", "2"]}, 1 / 20)],
    ids=str,
)
def test_most_stretched_pixels_are_read(attributes: dict[str, object], ratio: float) -> None:
    assert read(**({"ImagerPixelSpacing": None} | attributes)).pixel_aspect_ratio == pytest.approx(ratio)


def test_unusable_spacing_beside_a_usable_one_is_no_caution() -> None:
    radiograph = read(PixelSpacing=["0", "0"], ImagerPixelSpacing=["0.2", "0.2"])

    assert radiograph.spacing == PixelSpacing(row_mm=0.2, column_mm=0.2, at_detector=True)
    assert radiograph.cautions == ()
