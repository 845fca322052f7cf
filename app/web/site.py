"""What belongs to no feature: the way in, and what each kind of problem means."""

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import RedirectResponse

from app.errors import NotFoundError
from app.web.answers import problem_responses
from app.web.problems import problem_by_slug

router = APIRouter(tags=["operation"])


class ProblemKindOut(BaseModel):
    """One kind of problem that this server answers."""

    type: str
    title: str
    status: int
    code: str
    detail: str


@router.get("/", name="home", include_in_schema=False)
async def home() -> RedirectResponse:
    """Lead to the worklist."""
    return RedirectResponse("/cases", status_code=303)


@router.get("/problems/{slug}", name="show_problem", responses=problem_responses(404))
async def show_problem(slug: str) -> ProblemKindOut:
    """Say what a kind of problem means and what to do."""
    problem = problem_by_slug(slug)
    if problem is None:
        raise NotFoundError("problem", slug)
    return ProblemKindOut(
        type=f"/problems/{problem.slug}",
        title=problem.title,
        status=problem.status,
        code=problem.code,
        detail=problem.detail,
    )
