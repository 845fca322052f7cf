"""The Predictor: loaded once, it turns radiographs into predictions, alone or in batches, from any thread."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from model.calibration import COVID_19, calibrate, decide, member_range
from model.cover import LungView, cover, lung_view
from model.errors import InferenceError, Refusal, RefusedRadiographError
from model.explain import class_activation_map, localize
from model.findings import OUTPUTS, Finding
from model.frame import Frame, Rectangle
from model.gate import Judgement, Verdict, gate_input, judge, judgements
from model.imaging.bars import BARS_CROPPED
from model.imaging.pixels import presentation_pixels
from model.imaging.radiograph import Caution, Radiograph
from model.lungs import count_regions, lung_box, lung_mask, reduce, segmentation_input
from model.prediction import Correction, ModelInfo, Prediction, PreprocessingStep, WhatIf
from model.preprocess import Box, finish, preprocess, preprocessing_steps
from model.quality import check_lungs, check_radiograph, check_verdict, names_another_part, verdict_cautions
from model.weights import WeightsCard, build_gate, build_lungs, build_members, default_card, read_card


@dataclass(frozen=True, slots=True, kw_only=True)
class _Admitted:
    """A radiograph that the gate let through.

    Attributes:
        frame: What of it is read, and how it is turned.
        view: (h, w) float32 [0, 1], presentation pixels as the frame looks at them.
        overview: (S, S) float32 [0, 1], the view at the size of the lungs' network.
        cautions: What the gate found.
        gate_ms: Milliseconds that the gate took.
    """

    frame: Frame
    view: NDArray[np.float32]
    overview: NDArray[np.float32]
    cautions: tuple[Caution, ...]
    gate_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """A radiograph on its way through the network: what the result needs of it, and its input.

    Attributes:
        mask: (M, M) bool, lungs in the view.
        box: The lung box in pixels of the view.
    """

    radiograph: Radiograph
    admitted: _Admitted
    mask: NDArray[np.bool_]
    box: Box
    network_input: NDArray[np.float32]
    timings_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scores:
    """What the maps of one input come down to; the attributes are those of a `Prediction`."""

    finding: Finding
    flagged: bool
    probabilities: Mapping[Finding, float]
    probability_range: tuple[float, float]


def limit_threads(n_threads: int) -> None:
    """Give torch and OpenCV this many threads each, once, before the first prediction.

    Left alone both take every core and, under several requests, fight for them.
    """
    torch.set_num_threads(n_threads)
    cv2.setNumThreads(n_threads)


def choose_device(wish: str = "auto") -> str:
    """Resolve `auto` to `cuda` where a CUDA device is there, else `cpu`; any other wish stands."""
    if wish != "auto":
        return wish
    return "cuda" if torch.cuda.is_available() else "cpu"


class Predictor:
    """Reads radiographs with one release. Thread-safe: it holds no state but weights, and one lock for the device."""

    def __init__(
        self, card: WeightsCard, gate: nn.Module, lungs: nn.Module, members: Sequence[nn.Module], device: str
    ) -> None:
        self.card = card
        self.info = ModelInfo(
            name=card.name,
            version=card.version,
            sha256=card.sha256,
            pipeline=card.pipeline,
            device=torch.cuda.get_device_name(device) if device.startswith("cuda") else device,
        )
        self._gate = gate
        self._lungs = lungs
        self._members = list(members)
        self._device = device
        self._lock = threading.Lock()

    @classmethod
    def load(cls, card: Path | None = None, *, device: str = "auto") -> Self:
        """Load a release; `None` is the one that ships with this version.

        Raises:
            WeightsMissingError, WeightsCorruptError: the card or a file it names is not what it should be.
        """
        # On the CPU every operation of the networks is deterministic; on CUDA the choice of convolutions must be fixed.
        # torch.use_deterministic_algorithms would add nothing but 1.5 s of imports at every start.
        torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
        read, chosen = read_card(card or default_card()), choose_device(device)
        return cls(read, build_gate(read, chosen), build_lungs(read, chosen), build_members(read, chosen), chosen)

    def predict(self, radiograph: Radiograph) -> Prediction:
        """Read one radiograph.

        Raises:
            RefusedRadiographError: it must not be read; the refusal says why and what to send.
            InferenceError: the device failed.
        """
        outcome = self.predict_batch([radiograph])[0]
        if isinstance(outcome, Refusal):
            raise RefusedRadiographError(outcome)
        return outcome

    def predict_batch(self, radiographs: Sequence[Radiograph]) -> list[Prediction | Refusal]:
        """Read several radiographs in one pass of the network; each result is the one it would have alone, within 1e-5.

        Raises:
            InferenceError: the device failed; none was read.
        """
        prepared = [self._prepare(radiograph) for radiograph in radiographs]
        waiting = [one for one in prepared if isinstance(one, _Prepared)]
        readings = iter(self._read(waiting) if waiting else [])
        return [one if isinstance(one, Refusal) else next(readings) for one in prepared]

    def steps(self, radiograph: Radiograph) -> list[PreprocessingStep]:
        """Picture every preprocessing step of one radiograph, corrections included; the last is the network's input.

        Raises:
            RefusedRadiographError: it must not be read, so there is no input.
        """
        presentation = presentation_pixels(radiograph)
        prepared = self._prepare(radiograph, presentation)
        if isinstance(prepared, Refusal):
            raise RefusedRadiographError(prepared)
        admitted = prepared.admitted
        steps = preprocessing_steps(admitted.view, prepared.box, self.card.input)
        return [*admitted.frame.steps(presentation), *steps]

    def lung_view(self, radiograph: Radiograph, box: Box, correction: Correction) -> LungView:
        """Take up a radiograph where its reading had it before the steps of contrast, for `read_covered`.

        Args:
            box: The reading's lung box in pixels of the stored image: the placement of its map.
            correction: The reading's.
        """
        return lung_view(presentation_pixels(radiograph), box, correction, self.card.input.size)

    def read_covered(self, view: LungView, rectangles: Sequence[Rectangle]) -> WhatIf:
        """Say what the network says when rectangles of the stored image are filled from their surroundings.

        Raises:
            InferenceError: the device failed.
        """
        covered, share = cover(view, rectangles)
        maps = self._run(self._members, finish(covered)[None, None])[:, 0]
        scores = self._scores(maps)
        return WhatIf(
            finding=scores.finding,
            flagged=scores.flagged,
            probabilities=scores.probabilities,
            probability_range=scores.probability_range,
            covered_share=share,
        )

    def lung_probabilities(self, presentation: NDArray[np.float32]) -> NDArray[np.float32]:
        """Segment the lungs.

        Args:
            presentation: (H, W) float32 [0, 1], 0 = black.

        Returns:
            (S, S) float32 [0, 1] over the whole image, S from the card.
        """
        x = segmentation_input(presentation, self.card.lungs_network.size)
        logits = self._run([self._lungs], x[None, None])[0]
        return np.asarray(1 / (1 + np.exp(-logits[0, 0])), dtype=np.float32)

    def judge(self, view: NDArray[np.float32], *, names_another_part: bool = False) -> Verdict:
        """Say what an image shows and which way up it hangs.

        Args:
            view: (H, W) float32 [0, 1], 0 = black.
            names_another_part: Whether the header names a body part other than the chest.
        """
        gate = self.card.gate
        return judge(
            gate_input(view, gate.network.size), self._judgements, gate.limits, names_another_part=names_another_part
        )

    def _judgements(self, inputs: NDArray[np.float32]) -> list[Judgement]:
        return judgements(self._run([self._gate], inputs)[0])

    def _prepare(self, radiograph: Radiograph, presentation: NDArray[np.float32] | None = None) -> _Prepared | Refusal:
        started = time.perf_counter()
        if presentation is None:
            presentation = presentation_pixels(radiograph)
        admitted = self._admit(radiograph, presentation)
        if isinstance(admitted, Refusal):
            return admitted
        probabilities = self.lung_probabilities(admitted.overview)
        mask = lung_mask(probabilities)
        refusal = check_lungs(probabilities, mask, count_regions(mask))
        if refusal:
            return refusal
        box = lung_box(mask, *admitted.view.shape, margin=self.card.input.margin)
        network_input = preprocess(admitted.view, box, self.card.input)
        preprocess_ms = (time.perf_counter() - started) * 1000 - admitted.gate_ms
        return _Prepared(
            radiograph=radiograph,
            admitted=admitted,
            mask=mask,
            box=box,
            network_input=network_input,
            timings_ms={"gate": round(admitted.gate_ms, 2), "preprocess": round(preprocess_ms, 2)},
        )

    def _admit(self, radiograph: Radiograph, presentation: NDArray[np.float32]) -> _Admitted | Refusal:
        """Ask header, size, content and gate; what passes is looked at upright."""
        refusal = check_radiograph(radiograph, presentation)
        if refusal:
            return refusal
        frame = Frame.of(presentation)
        names_other = names_another_part(radiograph.body_part_examined)
        # A large image is reduced once, for the gate and the lungs: averaging areas in two steps is averaging in one.
        overview = reduce(frame.look(presentation), self.card.lungs_network.size)
        started = time.perf_counter()
        verdict = self.judge(overview, names_another_part=names_other)
        gate_ms = (time.perf_counter() - started) * 1000
        refusal = check_verdict(verdict, names_another_part=names_other)
        if refusal:
            return refusal
        frame = frame.corrected(verdict.correction)
        cautions = ((BARS_CROPPED,) if frame.has_bars else ()) + verdict_cautions(verdict)
        return _Admitted(
            frame=frame,
            view=frame.look(presentation),
            overview=frame.turn(overview),
            cautions=cautions,
            gate_ms=gate_ms,
        )

    def _read(self, prepared: Sequence[_Prepared]) -> list[Prediction]:
        started = time.perf_counter()
        maps = self._run(
            self._members, np.stack([one.network_input[None] for one in prepared])
        )  # (members, B, 2, h, w)
        network_ms = (time.perf_counter() - started) * 1000 / len(prepared)
        return [self._prediction(one, maps[:, i], network_ms) for i, one in enumerate(prepared)]

    def _scores(self, maps: NDArray[np.float32]) -> _Scores:
        """Average the members, calibrate and decide; `maps` are (members, 2, h, w)."""
        card = self.card
        calibrated = calibrate(maps.mean(axis=(0, 2, 3)), card.calibration)
        probabilities = {name: float(p) for name, p in zip(OUTPUTS, calibrated, strict=True)}
        of_members = calibrate(maps.mean(axis=(2, 3)), card.calibration)[:, COVID_19]
        covid_range = member_range(of_members, float(calibrated[COVID_19]))
        finding, flagged = decide(
            probabilities,
            covid_range,
            threshold=card.operating_points[0].threshold,
            other_threshold=card.other_threshold,
        )
        return _Scores(finding=finding, flagged=flagged, probabilities=probabilities, probability_range=covid_range)

    def _prediction(self, one: _Prepared, maps: NDArray[np.float32], network_ms: float) -> Prediction:
        card, scores = self.card, self._scores(maps)
        frame = one.admitted.frame
        rows, columns = one.admitted.view.shape
        cam = class_activation_map(maps.mean(axis=0), one.box, card.map_scale)
        localization = localize(cam, one.mask, rows, columns, card.map_scale.show_above)
        return Prediction(
            finding=scores.finding,
            flagged=scores.flagged,
            probabilities=scores.probabilities,
            probability_range=scores.probability_range,
            operating_point=card.operating_points[0],
            localization=frame.localization_back(localization),
            cam=frame.map_back(cam),
            lungs=frame.mask_back(one.mask),
            model=self.info,
            cautions=one.radiograph.cautions + one.admitted.cautions,
            correction=frame.correction,
            timings_ms={**one.timings_ms, "network": round(network_ms, 2)},
        )

    def _run(self, networks: Sequence[nn.Module], inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run (B, C, S, S) inputs through each network; (networks, B, ...), of a classifier the maps."""
        try:
            with self._lock, torch.inference_mode():
                x = torch.from_numpy(inputs).to(self._device, memory_format=torch.channels_last)
                outputs = [network(x) for network in networks]
                maps = [output[1] if isinstance(output, tuple) else output for output in outputs]
                return torch.stack(maps).float().cpu().numpy()
        except RuntimeError as error:  # torch raises it for memory, device and driver faults alike
            raise InferenceError(f"{self._device} failed: {type(error).__name__}") from error
