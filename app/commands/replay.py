"""`covid-xnet replay`: which stored readings other weights would change, before anybody puts them into use."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from app.commands.reading import Input, read_files
from app.db.engine import Database
from app.db.schema import check_schema
from app.errors import SchemaError
from app.files.store import FileStore
from app.inference import Failure, ReadsRadiographs
from app.predictor import load_predictor
from app.readings.call import Call, call_of
from app.readings.service import StoredCall, latest_calls
from app.settings import InferenceSettings, Settings
from model.errors import ModelError
from model.prediction import ModelInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One stored reading beside what these weights say of the same radiograph."""

    stored: StoredCall
    after: Call | Failure


def replay(
    settings: Settings,
    *,
    card: Path | None,
    last: int | None,
    output: Path | None,
    predictor: ReadsRadiographs | None = None,
) -> int:
    """Read stored radiographs with other weights and report what would change. Nothing is stored.

    Args:
        card: Card of the other weights; `None` is the one that the settings name.
        last: How many radiographs, newest first; `None` is all.
        output: File for a JSON line about each flip; `None` is standard output, after the counts.
        predictor: Reads in place of the card.

    Returns:
        0 when everything was compared, whatever it said; 1 otherwise.
    """
    inference = settings.inference.model_copy(update={} if card is None else {"card": card})
    database = Database(settings.database)
    try:
        check_schema(database)
        with database.reading() as session:
            stored = latest_calls(session, limit=last)
        return _replay(stored, predictor or load_predictor(inference), settings, inference, output)
    except SchemaError as error:
        print(f"The {error}. Migrate it, or use the version it is from.", file=sys.stderr)
    except SQLAlchemyError as error:
        print(f"The database cannot be read: {type(error).__name__}.", file=sys.stderr)
    except ModelError as error:
        print(f"The weights cannot be used: {error}", file=sys.stderr)
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"The flips cannot be written: {error.strerror}.", file=sys.stderr)
    finally:
        database.close()
    return 1


def _replay(
    stored: Sequence[StoredCall],
    reader: ReadsRadiographs,
    settings: Settings,
    inference: InferenceSettings,
    output: Path | None,
) -> int:
    files = FileStore(settings.files.folder)
    inputs = [Input(path=files.path(one.sha256), name=str(one.radiograph_id)) for one in stored]
    with ExitStack() as stack:
        read = stack.enter_context(closing(read_files(inputs, reader, inference)))
        bar = stack.enter_context(tqdm(read, total=len(inputs), unit="radiograph", file=sys.stderr, disable=None))
        replayed = [
            Replayed(
                stored=one,
                after=reading.outcome if isinstance(reading.outcome, Failure) else call_of(reading.outcome),
            )
            for one, reading in zip(stored, bar, strict=True)
        ]
    _print_counts(replayed, reader.info)
    if output is None:
        _write_flips(replayed, reader.info, sys.stdout)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("w", encoding="utf-8") as file:
            _write_flips(replayed, reader.info, file)
    return 1 if any(isinstance(one.after, Failure) for one in replayed) else 0


def _print_counts(replayed: Sequence[Replayed], info: ModelInfo) -> None:
    failures = Counter(one.after.code for one in replayed if isinstance(one.after, Failure))
    pairs = list(_compared(replayed))
    n_flips = sum(before.is_flip(after) for before, after in pairs)
    n_raised = sum(after.flagged and not before.flagged for before, after in pairs)
    n_lowered = sum(before.flagged and not after.flagged for before, after in pairs)
    moves = Counter((before.verdict, after.verdict) for before, after in pairs)
    print(f"Compared {len(pairs)} stored readings with {info.name} {info.version} ({info.sha256[:12]}).")
    _print_stored_weights(one.stored for one in replayed if not isinstance(one.after, Failure))
    print(f"{n_flips} would change: {n_raised} newly flagged, {n_lowered} no longer flagged.")
    for (before, after), n in sorted(moves.items(), key=lambda item: (-item[1], item[0])):
        print(f"{n:>8}  {before}" if before == after else f"{n:>8}  {before} -> {after}")
    for code, n in sorted(failures.items()):
        print(f"{n:>8}  not compared: {code}")


def _print_stored_weights(stored: Iterable[StoredCall]) -> None:
    counts = Counter((one.model_version, one.model_sha256) for one in stored)
    for (version, sha256), n in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        print(f"{n:>8}  read by weights {version} ({sha256[:12]})")


def _compared(replayed: Sequence[Replayed]) -> Iterator[tuple[Call, Call]]:
    return ((one.stored.call, one.after) for one in replayed if not isinstance(one.after, Failure))


def _write_flips(replayed: Sequence[Replayed], info: ModelInfo, file: TextIO) -> None:
    for one in replayed:
        if not isinstance(one.after, Failure) and one.stored.call.is_flip(one.after):
            file.write(json.dumps(_flip_json(one.stored, one.after, info)) + "\n")


def _flip_json(stored: StoredCall, after: Call, info: ModelInfo) -> dict[str, Any]:
    """One flip; a version alone does not name weights, since one that was trained anew may keep it."""
    return {
        "case_id": str(stored.case_id),
        "radiograph_id": str(stored.radiograph_id),
        "reading_id": str(stored.reading_id),
        "before": {
            "model_version": stored.model_version,
            "model_sha256": stored.model_sha256,
            **stored.call.to_json(),
        },
        "after": {"model_version": info.version, "model_sha256": info.sha256, **after.to_json()},
    }
