"""Every operation of the API's description, with what it allows and what not: no fault, no answer undescribed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance

from app.main import create_app
from tests.application import gray_dicom, make_settings
from tests.servers import run_server

N_EXAMPLES = 6
# That a file decodes, a cursor is one of ours and a kind of mark has its count of points, no schema can say: such
# requests may be refused with the described 422 although they fit it, which `positive_data_acceptance` would not have.
OPERATIONS = sorted(
    f"{method.upper()} {path}"
    for path, methods in create_app(make_settings(Path())).openapi()["paths"].items()
    for method in methods
    if path != "/events"  # its answer never ends
)


@dataclass(frozen=True)
class Served:
    """What a running server says of itself, and keys of what it holds."""

    schema: BaseSchema
    keys: dict[str, str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with run_server(tmp_path_factory.mktemp("schemathesis")) as (address, _):
        answer = httpx2.post(f"{address}/predict", files={"file": gray_dicom(230)}, timeout=60).json()
        keys = {name: answer[name] for name in ("case_id", "radiograph_id", "reading_id")}
        yield Served(
            schema=schemathesis.openapi.from_url(f"{address}/openapi.json"),
            keys=keys | {"index": "0", "slug": "busy", "annotation_id": "11111111-1111-4111-8111-111111111111"},
        )


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "any"])
@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("label", OPERATIONS)
def test_every_operation_answers_as_it_is_described(
    served: Served, label: str, mode: GenerationMode, is_known: bool
) -> None:
    method, path = label.split()
    operation = served.schema[path][method]
    names = re.findall(r"{(\w+)}", path)
    if is_known and not names:
        pytest.skip("this address holds no key")
    known: dict[str, Any] = {"path_parameters": {name: served.keys[name] for name in names}} if is_known else {}

    @given(case=operation.as_strategy(generation_mode=mode, **known))
    @settings(
        max_examples=N_EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    def run(case: schemathesis.Case) -> None:
        case.call_and_validate(timeout=60, excluded_checks=[positive_data_acceptance])

    try:
        run()
    except Unsatisfiable:
        pytest.skip("nothing about this operation can be wrong")
