"""The model's card, for people."""

from fastapi import Request, Response

from app.readings.card_page import card_page
from app.web.deps import PartsDep
from app.web.negotiation import page_router

router = page_router()


@router.get("/model", name="model_card")
def model_card(request: Request, parts: PartsDep) -> Response:
    """Show the card of the weights in use."""
    card = parts.predictor.card
    context = card_page(card.to_json(), card.evidence(), address=str(request.url))
    return parts.pages.render("readings/card.html", context)
