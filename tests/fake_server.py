"""`python -m tests.fake_server DELAY_S`: the real server with the fake predictor, settings from the environment."""

import sys
import time

from app.commands.migrate import migrate_database
from app.commands.serve import serve
from app.settings import load_settings
from model.imaging.radiograph import Radiograph
from tests.fakes import FakePredictor

WARM_UP_ROWS = 1024


def main() -> int:
    """Serve; every radiograph but that of the warm-up takes DELAY_S."""
    delay_s = float(sys.argv[1])

    def wait(radiograph: Radiograph) -> None:
        if radiograph.shape[0] != WARM_UP_ROWS:
            time.sleep(delay_s)

    settings = load_settings(env_file=None)
    migrate_database(settings)
    return serve(settings, predictor=FakePredictor(behaviour=wait))


if __name__ == "__main__":
    sys.exit(main())
