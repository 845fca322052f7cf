"""The API's description (OpenAPI): what the framework derives from the routes, and what only we know."""

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.web.problems import MEDIA_TYPE, ProblemOut

_TEXT = """\
Reads chest radiographs for signs of COVID-19 and shows where the evidence lies. Research use, not a medical device.

Every answer that is not a success is a problem document (RFC 9457, `application/problem+json`) with a stable `code`.
Coordinates are pixels of the stored radiograph, (0, 0) upper left; sides are the patient's.
"""
_TAGS = [
    {"name": "reading", "description": "Send a radiograph; see what the network said, where and with which weights."},
    {"name": "cases", "description": "The worklist, one case, and what radiologists concluded."},
    {"name": "radiographs", "description": "Pixels as shown, thumbnails and original files."},
    {"name": "operation", "description": "Health, readiness, metrics."},
]
_FRAMEWORK_SCHEMAS = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI) -> None:
    """Let the application describe itself, once, with problems as they are really answered."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _describe(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] # the documented way to extend the description


def _describe(app: FastAPI) -> dict[str, Any]:
    content = get_openapi(
        title=app.title, version=version("covid-xnet"), description=_TEXT, routes=app.routes, tags=_TAGS
    )
    schemas = content["components"]["schemas"]
    schemas[ProblemOut.__name__] = ProblemOut.model_json_schema()
    for operations in content["paths"].values():
        for operation in operations.values():
            _answer_invalid_as_problem(operation["responses"])
    for name in _FRAMEWORK_SCHEMAS:
        schemas.pop(name, None)
    return content


def _answer_invalid_as_problem(responses: dict[str, Any]) -> None:
    """Put our problem document where the framework would describe its own."""
    own = responses.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    if own.endswith(_FRAMEWORK_SCHEMAS):
        problem = {"schema": {"$ref": f"#/components/schemas/{ProblemOut.__name__}"}}
        responses["422"] = {"description": "The request is malformed; see `errors`.", "content": {MEDIA_TYPE: problem}}
