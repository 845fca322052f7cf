"""Who comes before whom: which reading leads a case, and where that puts the case in the queue."""

from datetime import datetime, timedelta

from app.db.tables import Reading
from app.readings.schemas import Status

URGENT, ROUTINE = 1, 2

LONGEST_WAIT = timedelta(hours=2)
"""How much later a raised case may arrive and still overtake another. Chosen: a quarter of a shift."""

_RANKS = {Status.FAILED: 3, Status.QUEUED: 2, Status.RUNNING: 2, Status.DONE: 1, Status.REFUSED: 0}


def urgency(reading: Reading) -> tuple[int, float, datetime]:
    """Return what the readings of a case are compared by; the greatest leads.

    A flag leads, then a failure, because nobody knows what it hides. What is still to be read comes before what was
    read, so that a case does not seem finished. A refused radiograph, such as the lateral beside a PA, speaks for the
    case only when it has no other.
    """
    is_flagged = reading.status == Status.DONE and reading.flagged
    return 4 if is_flagged else _RANKS[Status(reading.status)], reading.p_covid or 0.0, reading.queued_at


def is_raised(leading: Reading) -> bool:
    """Tell whether a case comes forward for its leading reading: for a flag, or because it could not be read."""
    return leading.flagged or leading.status == Status.FAILED


def due_at(received_at: datetime, priority: int) -> datetime:
    """Return where a case stands in the queue, as a moment: the earlier, the sooner.

    A raised case stands where one would that came `LONGEST_WAIT` before it. So it is in front of everybody who has not
    waited that long, nobody is ever put back, and whoever has waited that long is overtaken no more.
    """
    return received_at - LONGEST_WAIT if priority == URGENT else received_at
