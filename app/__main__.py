"""The command line: `covid-xnet serve | migrate | predict | evaluate | model`. Each command imports what it needs."""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from pydantic import ValidationError

from app.settings import Settings, load_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        0 when it did what it was asked, 1 when it could not, 2 for a wrong command line or setting.
    """
    parser = make_parser()
    given = parser.parse_args(arguments)
    try:
        settings = load_settings()
    except ValidationError as error:
        # pydantic's own text repeats the value, which may be a secret
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        parser.error(f"settings: {wrong}")
    except ValueError as error:
        parser.error(f"settings: {error}")
    try:
        return _run(given, settings)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1


def make_parser() -> argparse.ArgumentParser:
    """Build the parser; its help is the commands' documentation."""
    parser = argparse.ArgumentParser(
        prog="covid-xnet",
        description="Reads chest radiographs for signs of COVID-19 and shows where the evidence lies. "
        "Research use, not a medical device.",
    )
    parser.add_argument("--version", action="version", version=f"covid-xnet {version('covid-xnet')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("serve", help="serve the API and the pages; the settings say where")
    commands.add_parser("migrate", help="bring the database up to date, after a backup")
    predict = commands.add_parser(
        "predict",
        help="read files and folders without a server",
        description="Reads radiographs and writes one JSON object a file. Folders are walked without hidden files. "
        "A file that cannot or must not be read gets an object with `status`, `code` and `detail`, and the "
        "next one follows. Exits with 0 when every file was answered.",
    )
    predict.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="radiograph or folder of radiographs")
    predict.add_argument("--output", metavar="FILE", type=Path, help="JSON lines go here instead of standard output")
    predict.add_argument(
        "--maps",
        metavar="DIR",
        type=Path,
        help="also write NAME.cam.png (16-bit, 65535 = 1.0) and NAME.lungs.png (0 or 255) at the image's size",
    )
    _add_evaluate(commands.add_parser("evaluate", help="score the weights on your own radiographs, with a report"))
    replay = commands.add_parser(
        "replay",
        help="say which stored readings other weights would change; changes nothing",
        description="Reads the stored radiographs with other weights and counts what would change: finding, flag, "
        "refusal. Then a JSON line about each change, with the keys of the case and without the patient. Stored "
        "readings stay as they were made. Exits with 0 when every radiograph was compared, whatever that showed.",
    )
    replay.add_argument(
        "--card", metavar="CARD", type=Path, help="card of the other weights; else that of the settings"
    )
    replay.add_argument("--last", metavar="N", type=int, help="only the newest N radiographs")
    replay.add_argument("--output", metavar="FILE", type=Path, help="the JSON lines go here instead of standard output")
    commands.add_parser("model", help="print the card of the weights in use")
    return parser


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Reads every radiograph that the manifest lists, as serving reads it, and writes DIR/evaluation.html and "
        "DIR/evaluation.json: discrimination, calibration, operating points, subgroups, refusals and mistakes. The "
        "report names files as the manifest does. Exits with 0 when every requirement is met, 1 when one is not, 2 "
        "when the manifest cannot be used."
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="folder that the manifest's files are relative to")
    parser.add_argument(
        "--manifest",
        metavar="CSV",
        type=Path,
        required=True,
        help="columns file and label (normal, covid-19, other); optional patient, hospital, view, sex, age",
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        default=Path("covid-xnet-evaluation"),
        help="folder for the reports (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON instead of a summary")
    parser.add_argument(
        "--group", metavar="NAME", action="append", default=[], help="further column to report apart; may be repeated"
    )
    for name, figure in (
        ("auroc", "the AUC of COVID-19 against normal"),
        ("sensitivity", "sensitivity at the operating point in force"),
        ("specificity", "specificity at the operating point in force"),
        ("read", "the share of radiographs that was read, neither refused nor failed"),
    ):
        parser.add_argument(f"--require-{name}", metavar="SHARE", type=_share, help=f"{figure} must be at least this")
    parser.add_argument(
        "--by-interval",
        action="store_true",
        help="require it of the lower end of the 95 %% interval, not of the figure alone",
    )


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def _run(given: argparse.Namespace, settings: Settings) -> int:
    match given.command:
        case "serve":
            from app.commands.serve import serve

            return serve(settings)
        case "migrate":
            from app.commands.migrate import migrate_database

            return migrate_database(settings)
        case "predict":
            from app.commands.predict import predict_paths

            return predict_paths(given.paths, output=given.output, maps=given.maps, settings=settings.inference)
        case "evaluate":
            return _evaluate(given, settings)
        case "replay":
            from app.commands.replay import replay

            return replay(settings, card=given.card, last=given.last, output=given.output)
        case _:
            from app.commands.model import print_card

            return print_card(settings)


def _evaluate(given: argparse.Namespace, settings: Settings) -> int:
    from app.commands.evaluate import evaluate_folder
    from model.evaluation.acceptance import Figure, Requirement

    least = {figure: getattr(given, f"require_{figure}") for figure in Figure}
    return evaluate_folder(
        given.folder,
        manifest=given.manifest,
        out=given.out,
        as_json=given.json,
        groups=given.group,
        requirements=[Requirement(figure=figure, least=share) for figure, share in least.items() if share is not None],
        by_interval=given.by_interval,
        settings=settings.inference,
    )


if __name__ == "__main__":
    sys.exit(main())
