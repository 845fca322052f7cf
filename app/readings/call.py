"""What a reading comes down to for its reader, to be held against another reading of the same radiograph."""

from dataclasses import asdict, dataclass
from typing import Any

from app.db.tables import Reading
from app.readings.schemas import Status
from model.errors import Refusal
from model.findings import Finding
from model.prediction import Prediction


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One concluded reading, by whatever weights.

    Attributes:
        verdict: The finding, or the code of the refusal.
        flagged: Whether the worklist flags it.
        probability: P(covid-19); `None` when it was refused.
    """

    verdict: str
    flagged: bool
    probability: float | None = None

    def is_flip(self, other: "Call") -> bool:
        """Whether a reader would be told something else; a probability that moves within a finding is no flip."""
        return (self.verdict, self.flagged) != (other.verdict, other.flagged)

    def to_json(self) -> dict[str, Any]:
        """The members of this call."""
        return asdict(self)


def stored_call(reading: Reading) -> Call:
    """Return the call of a stored reading that is `done` or `refused`."""
    if reading.status == Status.REFUSED:
        return Call(verdict=str(reading.reason_code), flagged=False)
    return Call(verdict=str(reading.finding), flagged=reading.flagged, probability=reading.p_covid)


def call_of(outcome: Prediction | Refusal) -> Call:
    """Return the call of what the network has just said."""
    if isinstance(outcome, Refusal):
        return Call(verdict=outcome.code, flagged=False)
    probability = outcome.probabilities[Finding.COVID_19]
    return Call(verdict=outcome.finding.value, flagged=outcome.flagged, probability=probability)
