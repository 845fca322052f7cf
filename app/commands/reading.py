"""Files to readings without a server or a database: decoded ahead in worker processes, read in batches, in order."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from app.decoding.pool import DecoderPool, make_decoders
from app.errors import DecodersLostError
from app.inference import Failure, ReadsRadiographs
from app.settings import InferenceSettings
from model.errors import InferenceError, Refusal, UnreadableFileError
from model.imaging.radiograph import Radiograph
from model.prediction import Prediction


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One file to be read.

    Attributes:
        path: Where it lies.
        name: Relative to the folder that was given, with forward slashes; of a file that was given itself, its name.
    """

    path: Path
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReading:
    """What became of one file.

    Attributes:
        radiograph: `None` where the file could not be decoded.
        outcome: A `Failure` where there is no answer: the run goes on, its exit status says so.
    """

    source: Input
    radiograph: Radiograph | None
    outcome: Prediction | Refusal | Failure


Decoded = Radiograph | Refusal | Failure


def read_files(
    inputs: Sequence[Input], reader: ReadsRadiographs, settings: InferenceSettings
) -> Generator[FileReading]:
    """Read files in their order, as serving reads them; none of them ends the run. Closing it ends the workers."""
    with (
        make_decoders(settings) as decoders,
        ThreadPoolExecutor(settings.decoders, thread_name_prefix="decode") as pool,
    ):
        ahead = _decode_ahead(inputs, lambda path: pool.submit(_decode, decoders, path), 2 * settings.batch)
        for batch in _batches(ahead, settings.batch):
            for (source, decoded), outcome in zip(batch, _read(reader, [one for _, one in batch]), strict=True):
                radiograph = decoded if isinstance(decoded, Radiograph) else None
                yield FileReading(source=source, radiograph=radiograph, outcome=outcome)


def _decode_ahead(
    inputs: Sequence[Input], decode: Callable[[Path], Future[Decoded]], ahead: int
) -> Iterator[tuple[Input, Decoded]]:
    """Decode in order, never more than `ahead` files before they are wanted."""
    left = iter(inputs)
    pending: deque[tuple[Input, Future[Decoded]]] = deque()
    pending.extend((source, decode(source.path)) for source in islice(left, ahead))
    while pending:
        source, decoded = pending.popleft()
        yield source, decoded.result()
        pending.extend((following, decode(following.path)) for following in islice(left, 1))


def _decode(decoders: DecoderPool, path: Path) -> Decoded:
    try:
        with path.open("rb") as file:
            return decoders.decode(file).radiograph
    except UnreadableFileError as error:
        return Refusal(
            code=error.code,
            detail=error.reason,
            measured=getattr(error, "measured", None),
            limit=getattr(error, "limit", None),
        )
    except DecodersLostError:
        return Failure(code="DECODERS_LOST", detail="The processes that decode files cannot be kept running.")
    except OSError as error:
        return Failure(code="FILE_NOT_ACCESSIBLE", detail=f"The file cannot be opened: {error.strerror}.")


def _batches(items: Iterable[tuple[Input, Decoded]], size: int) -> Iterator[list[tuple[Input, Decoded]]]:
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch


def _read(reader: ReadsRadiographs, batch: Sequence[Decoded]) -> list[Prediction | Refusal | Failure]:
    radiographs = [one for one in batch if isinstance(one, Radiograph)]
    predicted = iter(_predict(reader, radiographs))
    return [next(predicted) if isinstance(one, Radiograph) else one for one in batch]


def _predict(reader: ReadsRadiographs, radiographs: Sequence[Radiograph]) -> list[Prediction | Refusal | Failure]:
    if not radiographs:
        return []
    try:
        return list(reader.predict_batch(radiographs))
    except InferenceError as error:
        if len(radiographs) == 1:
            return [Failure(code="INFERENCE_FAILED", detail=f"The network could not read this radiograph: {error}.")]
    return [outcome for radiograph in radiographs for outcome in _predict(reader, [radiograph])]
