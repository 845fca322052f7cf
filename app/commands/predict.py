"""`covid-xnet predict`: reads files and folders without a server or a database; one JSON object a file."""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from tqdm import tqdm

from app.commands.maps import MapWriter
from app.commands.reading import Input, read_files
from app.inference import Failure, ReadsRadiographs
from app.predictor import load_predictor
from app.readings.answer import prediction_json, refusal_json
from app.settings import InferenceSettings
from model.errors import ModelError, Refusal
from model.prediction import Prediction


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
        for reading in stack.enter_context(closing(read_files(inputs, reader, settings))):
            name, outcome = reading.source.name, reading.outcome
            answer = {"file": name, **_answer(outcome)}
            if writer is not None and isinstance(outcome, Prediction) and reading.radiograph is not None:
                answer["maps"] = writer.write(name, reading.radiograph, outcome)
            lines.write(json.dumps(answer, ensure_ascii=False) + "\n")
            n_unanswered += isinstance(outcome, Failure)
            bar.update()
    return 1 if n_unanswered else 0


def _answer(outcome: Prediction | Refusal | Failure) -> dict[str, Any]:
    match outcome:
        case Prediction():
            return prediction_json(outcome)
        case Refusal():
            return refusal_json(outcome)
        case Failure():
            return {"status": "failed", "code": outcome.code, "detail": outcome.detail}
