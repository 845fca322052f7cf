"""The six lung zones of a reading, row by row as on an upright radiograph, and the boxes that lie in them."""

from dataclasses import dataclass

from app.readings.schemas import ReadingOut
from model.findings import Zone

LEVELS = ("upper", "middle", "lower")


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneCell:
    """One lung zone.

    Attributes:
        numbers: Boxes on the image that belong to it, counted from 1.
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


def zone_rows(reading: ReadingOut) -> tuple[ZoneRow, ...]:
    """List the zones from above, each with its share of the evidence; empty where there is no map."""
    if reading.localization is None:
        return ()
    shares = {entry.zone: entry.share for entry in reading.localization.zones}

    def cell(zone: Zone) -> ZoneCell:
        return ZoneCell(zone=zone, share=shares.get(zone, 0.0), numbers=_boxes_of(zone, reading))

    return tuple(
        ZoneRow(level=level, cells=(cell(Zone(f"right-{level}")), cell(Zone(f"left-{level}")))) for level in LEVELS
    )


def map_strength(reading: ReadingOut) -> str:
    """Say `nothing` for an empty map, `faint` where no region is strong enough for a box, else `for`."""
    where = reading.localization
    if where is None or not any(entry.share for entry in where.zones):
        return "nothing"
    return "for" if where.boxes else "faint"


def boxes_outside(reading: ReadingOut) -> tuple[int, ...]:
    """Numbers of the boxes outside the lungs."""
    return _boxes_of(None, reading)


def boxes_unplaced(reading: ReadingOut) -> tuple[int, ...]:
    """Numbers of the boxes without a zone: older readings did not tie them to one, and no reading keeps its lungs."""
    where = reading.localization
    return tuple(range(len(where.box_zones) + 1, len(where.boxes) + 1)) if where else ()


def _boxes_of(zone: Zone | None, reading: ReadingOut) -> tuple[int, ...]:
    of = reading.localization.box_zones if reading.localization else []
    return tuple(number for number, own in enumerate(of, start=1) if own == zone)
