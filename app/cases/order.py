"""Who comes before whom: which reading leads a case, and where that puts the case in the queue."""

from datetime import datetime, timedelta

from app.db.tables import Reading
from app.readings.schemas import ReadingOut, Status
from model.findings import Finding

URGENT, ROUTINE = 1, 2

LONGEST_WAIT = timedelta(hours=2)
"""How much later a raised case may arrive and still overtake another. Chosen: a quarter of a shift."""

Urgency = tuple[int, float, datetime]
"""What readings are compared by; the greatest leads."""

_RANKS = {Status.FAILED: 3, Status.QUEUED: 2, Status.RUNNING: 2, Status.DONE: 1, Status.REFUSED: 0}


def urgency(reading: Reading) -> Urgency:
    """Return what the readings of a case are compared by.

    A flag leads, then a failure, because nobody knows what it hides. What is still to be read comes before what was
    read, so that a case does not seem finished. A refused radiograph, such as the lateral beside a PA, speaks for the
    case only when it has no other.
    """
    return _urgency(Status(reading.status), reading.p_covid, reading.queued_at, flagged=reading.flagged)


def shown_urgency(reading: ReadingOut) -> Urgency:
    """Return the same of a reading as it is told: a case opens on the radiograph that leads it in the worklist."""
    probability = reading.probabilities[Finding.COVID_19] if reading.probabilities else None
    return _urgency(reading.status, probability, reading.queued_at, flagged=reading.flagged)


def _urgency(status: Status, probability: float | None, queued_at: datetime, *, flagged: bool) -> Urgency:
    rank = 4 if status is Status.DONE and flagged else _RANKS[status]
    return rank, probability or 0.0, queued_at


def is_raised(leading: Reading) -> bool:
    """Tell whether a case comes forward for its leading reading: for a flag, or because it could not be read."""
    return leading.flagged or leading.status == Status.FAILED


def due_at(received_at: datetime, priority: int) -> datetime:
    """Return where a case stands in the queue, as a moment: the earlier, the sooner.

    A raised case stands where one would that came `LONGEST_WAIT` before it. So it is in front of everybody who has not
    waited that long, nobody is ever put back, and whoever has waited that long is overtaken no more.
    """
    return received_at - LONGEST_WAIT if priority == URGENT else received_at
