"""`covid-xnet predict`: reads files and folders without a server or a database; one JSON object a file."""

import json
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from tqdm import tqdm

from app.commands.maps import MapWriter
from app.inference import ReadsRadiographs
from app.predictor import load_predictor
from app.readings.answer import prediction_json, refusal_json
from app.settings import InferenceSettings
from model.errors import InferenceError, ModelError, Refusal, UnreadableFileError
from model.imaging.radiograph import Radiograph
from model.imaging.reader import read_radiograph
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
class Failure:
    """Why a file got no answer: the run goes on, its exit status says so."""

    code: str
    detail: str


Decoded = Radiograph | Refusal | Failure


def predict_paths(
    paths: Sequence[Path],
    *,
    output: Path | None,
    maps: Path | None,
    settings: InferenceSettings,
    predictor: ReadsRadiographs | None = None,
) -> int:
    """Read all files under `paths` and write their answers.

    Args:
        output: File for the JSON lines; `None` is standard output.
        maps: Folder for the maps and lung masks; `None` writes none.
        predictor: Reads in place of the released weights.

    Returns:
        0 when every file was answered, a refusal being an answer; 1 otherwise; 2 when a path does not exist.
    """
    missing = [path for path in paths if not path.exists()]
    if missing:
        print(f"There is no {', no '.join(map(str, missing))}.", file=sys.stderr)
        return 2
    inputs = find_inputs(paths, without=[path for path in (output, maps) if path is not None])
    if not inputs:
        print("There is no file to read.", file=sys.stderr)
        return 1
    try:
        reader = predictor or load_predictor(settings)
        return _write_answers(inputs, reader, output=output, maps=maps, settings=settings)
    except ModelError as error:
        print(f"The weights cannot be used: {error}", file=sys.stderr)
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"The answers cannot be written: {error.strerror}.", file=sys.stderr)
    return 1


def find_inputs(paths: Sequence[Path], *, without: Sequence[Path] = ()) -> list[Input]:
    """List files in a stable order; hidden ones and those under `without` are left out when a folder is walked."""
    excluded = [path.resolve() for path in without]
    found = []
    for path in paths:
        if not path.is_dir():
            found.append(Input(path=path, name=path.name))
            continue
        for folder, folders, names in os.walk(path):
            here = Path(folder)
            folders[:] = sorted(n for n in folders if not n.startswith(".") and (here / n).resolve() not in excluded)
            for name in sorted(names):
                file = here / name
                if not name.startswith(".") and file.is_file() and file.resolve() not in excluded:
                    found.append(Input(path=file, name=file.relative_to(path).as_posix()))
    return found


def _write_answers(
    inputs: Sequence[Input],
    reader: ReadsRadiographs,
    *,
    output: Path | None,
    maps: Path | None,
    settings: InferenceSettings,
) -> int:
    writer = None if maps is None else MapWriter(maps)
    n_unanswered = 0
    with ExitStack() as stack:
        if output is None:
            lines = sys.stdout
        else:
            output.parent.mkdir(parents=True, exist_ok=True)
            lines = stack.enter_context(output.open("w", encoding="utf-8"))
        bar = stack.enter_context(tqdm(total=len(inputs), unit="file", file=sys.stderr, disable=None))
        pool = stack.enter_context(ThreadPoolExecutor(settings.decoders, thread_name_prefix="decode"))
        for batch in _batches(_decode_ahead(inputs, pool, 2 * settings.batch), settings.batch):
            for (source, decoded), outcome in zip(batch, _read(reader, [one for _, one in batch]), strict=True):
                answer = {"file": source.name, **_answer(outcome)}
                if writer is not None and isinstance(outcome, Prediction) and isinstance(decoded, Radiograph):
                    answer["maps"] = writer.write(source.name, decoded, outcome)
                lines.write(json.dumps(answer, ensure_ascii=False) + "\n")
                n_unanswered += isinstance(outcome, Failure)
                bar.update()
    return 1 if n_unanswered else 0


def _decode_ahead(inputs: Sequence[Input], pool: ThreadPoolExecutor, ahead: int) -> Iterator[tuple[Input, Decoded]]:
    """Decode in threads, in order, never more than `ahead` files before they are wanted."""
    left = iter(inputs)
    pending: deque[tuple[Input, Future[Decoded]]] = deque()
    pending.extend((source, pool.submit(_decode, source.path)) for source in islice(left, ahead))
    while pending:
        source, decoded = pending.popleft()
        yield source, decoded.result()
        pending.extend((following, pool.submit(_decode, following.path)) for following in islice(left, 1))


def _decode(path: Path) -> Decoded:
    try:
        return read_radiograph(path.read_bytes())
    except UnreadableFileError as error:
        return Refusal(
            code=error.code,
            detail=error.reason,
            measured=getattr(error, "measured", None),
            limit=getattr(error, "limit", None),
        )
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


def _answer(outcome: Prediction | Refusal | Failure) -> dict[str, Any]:
    match outcome:
        case Prediction():
            return prediction_json(outcome)
        case Refusal():
            return refusal_json(outcome)
        case Failure():
            return {"status": "failed", "code": outcome.code, "detail": outcome.detail}
