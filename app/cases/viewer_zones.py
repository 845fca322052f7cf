"""The six lung zones of a reading, row by row as on an upright radiograph, and the boxes that lie in them."""

from dataclasses import dataclass

from app.readings.schemas import ReadingOut
from model.findings import Zone

MIN_TIED_SHARE = 0.05
"""Chosen: a box is tied to a zone by its place; where the zone holds less of the evidence than this, it is not."""

LEVELS = ("upper", "middle", "lower")


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneCell:
    """One lung zone.

    Attributes:
        numbers: Boxes on the image whose middle lies in it, counted from 1.
    """

    zone: Zone
    share: float
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRow:
    """One level of both lungs.

    Attributes:
        level: `upper`, `middle` or `lower`.
        cells: The patient's right, then the left.
    """

    level: str
    cells: tuple[ZoneCell, ZoneCell]


def zone_rows(reading: ReadingOut, *, rotation: int = 0) -> tuple[ZoneRow, ...]:
    """List the zones from above, each with its share of the evidence; empty where there is no map.

    Args:
        rotation: Degrees clockwise that put the patient upright.
    """
    if reading.localization is None or reading.cam is None:
        return ()
    shares = {entry.zone: entry.share for entry in reading.localization.zones}
    numbers: dict[Zone, list[int]] = {zone: [] for zone in Zone}
    for number, box in enumerate(reading.localization.boxes, start=1):
        middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        zone = zone_at(*middle, reading.cam.placement, rotation=rotation)
        if shares.get(zone, 0.0) >= MIN_TIED_SHARE:
            numbers[zone].append(number)

    def cell(zone: Zone) -> ZoneCell:
        return ZoneCell(zone=zone, share=shares.get(zone, 0.0), numbers=tuple(numbers[zone]))

    return tuple(
        ZoneRow(level=level, cells=(cell(Zone(f"right-{level}")), cell(Zone(f"left-{level}")))) for level in LEVELS
    )


def zone_at(x: float, y: float, placement: tuple[float, float, float, float], *, rotation: int = 0) -> Zone:
    """Name the zone of a point: the lung box, upright, halved at its middle and divided in thirds of its height."""
    x0, y0, x1, y1 = placement
    across, down = (x - x0) / (x1 - x0), (y - y0) / (y1 - y0)
    for _ in range(rotation // 90):
        across, down = 1 - down, across
    side = "right" if across < 0.5 else "left"
    return Zone(f"{side}-{LEVELS[min(2, max(0, int(3 * down)))]}")
