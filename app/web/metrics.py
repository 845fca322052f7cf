"""What is counted for Prometheus. No label holds anything that came from a patient or a sender."""

from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from app.inference import Result
from model.errors import Refusal
from model.prediction import Prediction

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The counters of one application; each has its own registry, so that several can live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.readings = Counter(
            "covid_xnet_readings", "Readings concluded.", ("status", "finding"), registry=self.registry
        )
        self.stages = Histogram(
            "covid_xnet_reading_stage_seconds",
            "Duration of a reading's stages.",
            ("stage",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.batches = Histogram(
            "covid_xnet_batch_size",
            "Radiographs read together.",
            buckets=(1, 2, 4, 8, 16, 32, 64),
            registry=self.registry,
        )
        self.requests = Histogram(
            "covid_xnet_request_seconds",
            "Duration of requests by route.",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.problems = Counter("covid_xnet_problems", "Problem answers by code.", ("code",), registry=self.registry)
        self._depth = Gauge("covid_xnet_queue_depth", "Radiographs waiting or being read.", registry=self.registry)
        self._free = Gauge("covid_xnet_files_free_bytes", "Free space for files.", registry=self.registry)

    def watch(self, *, depth: Callable[[], int], free_bytes: Callable[[], int]) -> None:
        """Read these whenever the metrics are asked for."""
        self._depth.set_function(depth)
        self._free.set_function(free_bytes)

    def batch_read(self, results: Sequence[Result]) -> None:
        """Count a batch of readings."""
        self.batches.observe(len(results))
        for result in results:
            match result.outcome:
                case Prediction():
                    self.readings.labels("done", result.outcome.finding.value).inc()
                case Refusal():
                    self.readings.labels("refused", "").inc()
                case _:
                    self.readings.labels("failed", "").inc()
            for stage, milliseconds in result.timings_ms.items():
                self.stages.labels(stage).observe(milliseconds / 1000)

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)
