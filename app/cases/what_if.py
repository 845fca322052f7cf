"""What a reading would say with parts of the radiograph covered: asked of the network, answered, stored nowhere."""

import asyncio
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from anyio import to_thread

from app.cases import queries
from app.cases.cache import ByteCache
from app.cases.radiographs import Radiographs
from app.cases.schemas import RadiographOut
from app.cases.service import show_radiograph
from app.cases.viewer_correction import correction_of
from app.db.engine import Database
from app.errors import ConflictError, InvalidRequestError, NotFoundError, RefusedReadingError
from app.inference import ReadingQueue, ReadsRadiographs
from app.readings.schemas import ReadingOut, RectangleIn, ScoresOut, Status, WhatIfOut
from app.readings.service import was_read_by
from model.cover import LungView
from model.errors import Refusal
from model.prediction import WhatIf
from model.preprocess import Box

_VIEW_CACHE_BYTES = 8 * 1024**2
"""Chosen: the last hundred radiographs; each box that is added then costs one pass of the network and no more."""


class WhatIfs:
    """Reads again with rectangles covered; lung box, turn and inversion stay those of the reading.

    The network is asked through the queue of readings, so that no reading waits for more than one question.
    """

    def __init__(
        self, database: Database, queue: ReadingQueue, predictor: ReadsRadiographs, radiographs: Radiographs
    ) -> None:
        self._database = database
        self._queue = queue
        self._predictor = predictor
        self._radiographs = radiographs
        self._views: ByteCache[LungView] = ByteCache(_VIEW_CACHE_BYTES, lambda view: view.resized.nbytes)

    async def ask(self, radiograph_id: UUID, rectangles: Sequence[RectangleIn]) -> WhatIfOut:
        """Return what the latest reading of a radiograph says, and what it would say with these rectangles covered.

        Raises:
            NotFoundError: there is no such radiograph.
            InvalidRequestError: a rectangle reaches beyond it.
            RefusedReadingError: the network must not read it.
            ConflictError: it is not read yet, its reading failed, or other weights made it.
            BusyError: as many questions wait as are taken.
            StoppingError: the server stops.
            InferenceError: the device failed.
        """
        shown, view = await to_thread.run_sync(self._view, radiograph_id, rectangles)
        corners = [(one.x0, one.y0, one.x1, one.y1) for one in rectangles]
        question = partial(self._predictor.read_covered, view, corners)
        return _answer(shown.reading, await asyncio.wrap_future(self._queue.ask(question)))

    def _view(self, radiograph_id: UUID, rectangles: Sequence[RectangleIn]) -> tuple[RadiographOut, LungView]:
        with self._database.reading() as session:
            shown = show_radiograph(session, radiograph_id)
            row = queries.get_radiograph(session, radiograph_id)
        if row is None:
            raise NotFoundError("radiograph", radiograph_id)
        if any(one.x1 > shown.columns or one.y1 > shown.rows for one in rectangles):
            raise InvalidRequestError(
                f"A rectangle reaches beyond the {shown.columns} × {shown.rows} pixels of this radiograph. "
                "Nothing was covered. Draw it again."
            )
        box = self._lung_box(shown.reading)

        def make() -> LungView:
            radiograph = self._radiographs.stored(row.sha256)
            return self._predictor.lung_view(radiograph, box, correction_of(shown.reading.cautions))

        return shown, self._views.get(shown.reading.reading_id, make)

    def _lung_box(self, reading: ReadingOut) -> Box:
        """Return the part of the stored image that the network was given: the map's cells tile it."""
        if reading.status is Status.REFUSED and reading.reason is not None:
            reason = reading.reason
            raise RefusedReadingError(
                Refusal(code=reason.code, detail=reason.detail, measured=reason.measured, limit=reason.limit),
                case_id=reading.case_id,
                radiograph_id=reading.radiograph_id,
                reading_id=reading.reading_id,
            )
        if reading.cam is None:
            raise ConflictError("There is no reading of this radiograph to compare with. Nothing was covered.")
        if not was_read_by(reading, self._predictor.info):
            raise ConflictError("This reading was made by another model version, which cannot be asked any more.")
        x0, y0, x1, y1 = (round(edge) for edge in reading.cam.placement)
        return Box(x0=x0, y0=y0, x1=x1, y1=y1)


def _answer(reading: ReadingOut, covered: WhatIf) -> WhatIfOut:
    assert reading.finding is not None, "a reading that is done has a finding"
    assert reading.probabilities is not None
    assert reading.probability_range is not None
    return WhatIfOut(
        radiograph_id=reading.radiograph_id,
        reading_id=reading.reading_id,
        as_read=ScoresOut(
            finding=reading.finding,
            flagged=reading.flagged,
            probabilities=reading.probabilities,
            probability_range=reading.probability_range,
        ),
        covered=ScoresOut(
            finding=covered.finding,
            flagged=covered.flagged,
            probabilities=dict(covered.probabilities),
            probability_range=covered.probability_range,
        ),
        covered_share=covered.covered_share,
        model=reading.model,
    )
