"""`covid-xnet model`: the card of the weights in use, as JSON."""

import json
import sys

from app.settings import Settings
from model.errors import ModelError


def print_card(settings: Settings) -> int:
    """Print the card."""
    from model.weights import default_card, read_card

    try:
        card = read_card(settings.inference.card or default_card())
    except ModelError as error:
        print(f"The weights cannot be used: {error}", file=sys.stderr)
        return 1
    print(json.dumps(card.to_json(), indent=2, ensure_ascii=False))
    return 0
