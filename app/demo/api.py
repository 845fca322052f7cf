"""The demonstration for the worklist's two buttons."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.web.answers import problem_responses
from app.web.deps import PartsDep

router = APIRouter(tags=["cases"])


class DemonstrationOut(BaseModel):
    """The demonstration as it is now."""

    n_cases: int = Field(description="Demonstration cases that are there.")


@router.post("/demonstration", name="add_demonstration", status_code=201, responses=problem_responses(503))
async def add_demonstration(parts: PartsDep) -> DemonstrationOut:
    """Draw three cases, one of which is refused, and read them. Where they are there already, nothing changes."""
    return DemonstrationOut(n_cases=await parts.demonstration.add())


@router.delete("/demonstration", name="remove_demonstration", responses=problem_responses(409, 503))
def remove_demonstration(parts: PartsDep) -> DemonstrationOut:
    """Remove the demonstration cases with everything that belongs to them. Adding them again undoes it."""
    parts.demonstration.remove()
    parts.broadcaster.announce_list()
    return DemonstrationOut(n_cases=0)
