"""When models are checked again without being trained: a test case changed, there is a new slice, or somebody asks."""

from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.kit.events import listen
from labeler.kit.jobs.engine import enqueue, get
from labeler.kit.jobs.out import job_out
from labeler.projects.access import Member, Project
from labeler.projects.service import ProjectChanged
from labeler.registry.service import find_model, newest_model
from labeler.slices.service import SlicesChanged
from labeler.test_cases.service import CasesChanged
from labeler.wire.jobs import JobOut
from labeler.wire.requirements import COSTS

KIND = "training.judge"


@listen(CasesChanged)
def after_change(tx: Connection, event: CasesChanged, project: Project) -> None:
    """The live and the newest model are run on what changed."""
    want_check(tx, event.project_id)


@listen(SlicesChanged)
def after_slices(tx: Connection, event: SlicesChanged, project: Project) -> None:
    """The live and the newest model are measured on a new slice."""
    want_check(tx, event.project_id)


@listen(ProjectChanged)
def after_requirements(tx: Connection, event: ProjectChanged, project: Project) -> None:
    """What they cost is measured where a condition asks for it from now on."""
    if "requirements" in event.settings and needs_cost(project):
        want_check(tx, event.project_id)


def needs_cost(project: Project) -> bool:
    """Whether the project requires something of what predictions cost."""
    return any(one.metric in COSTS for one in project.settings.requirements.conditions)


def want_check(tx: Connection, project_id: int) -> None:
    """Check the live and the newest model in the background, as far as something about them is outdated."""
    if newest_model(tx, project_id) is None:
        return
    lane = _lane(project_id)
    enqueue(tx, KIND, project_id=project_id, dedup=lane, lane=lane, delay=1)


def request_check(tx: Connection, member: Member, number: int) -> JobOut:
    """Check one model. Raises `NotFound`."""
    project_id = member.project.id
    find_model(tx, project_id, number)
    args = {"number": number}
    job_id = enqueue(tx, KIND, args, project_id=project_id, lane=_lane(project_id), created_by=member.user_id)
    audit(tx, member.caller, "check.requested", project_id=project_id, target=f"model-{number}")
    return job_out(get(tx, job_id))


def _lane(project_id: int) -> str:
    return f"check:{project_id}"
