"""The command line: `covid-xnet serve | migrate | predict | model`. Each command imports what it needs and no more."""

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
    commands.add_parser("model", help="print the card of the weights in use")
    return parser


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
        case _:
            from app.commands.model import print_card

            return print_card(settings)


if __name__ == "__main__":
    sys.exit(main())
