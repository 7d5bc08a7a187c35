"""What is running: jobs with their progress, stopped, resumed and taken back; and what starts by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.conversations.operations.exporting import EXPORT, exports_there
from regulars.kernel import clock
from regulars.kernel.ids import parse_id
from regulars.kernel.jobs.asking import undo_until
from regulars.kernel.jobs.errors import ToldError, in_words
from regulars.kernel.jobs.events import JOB_EVENTS, SCHEDULE_EVENTS
from regulars.kernel.jobs.kinds import JobKind, find_kind
from regulars.kernel.jobs.models import ACTIVE, STOPPED, Job, JobSchedule
from regulars.transcripts.making import MAKE as TRANSCRIPT
from regulars.transcripts.operations import transcripts_there
from regulars.web.administration.answers import attempt, done
from regulars.web.administration.forms import ScheduleForm
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.design.tables import Column
from regulars.web.doors import SIGNED_IN, MemberRequest, member_with
from regulars.web.settings.page import SettingsPage
from regulars.workspaces import jobs as verbs
from regulars.workspaces.access import Actor
from regulars.workspaces.trail import jobs as trail

PAGE_SIZE = 50
MOST_ERRORS_SHOWN = 10
FILTERS: dict[str, tuple[str, ...]] = {"": (), "active": ACTIVE, "failed": ("failed",)}
COLUMNS = (
    Column(gettext_lazy("Job")),
    Column(gettext_lazy("Progress")),
    Column(gettext_lazy("Asked for by")),
    Column(gettext_lazy("Since")),
)
SCHEDULE_COLUMNS = (
    Column(gettext_lazy("Job")),
    Column(gettext_lazy("When")),
    Column(gettext_lazy("Next time")),
    Column(gettext_lazy("Made by")),
)
NEW_SCHEDULE = "new-schedule"


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job as the page shows it, with what its reader may do about it."""

    row: Job
    label: str
    about: str
    told: str
    """what came of it"""
    errors: list[ToldError]
    can_cancel: bool
    can_resume: bool
    file_url: str
    """where its file can be had; empty when there is none"""
    undo_until: datetime | None
    undoing: Job | None
    """the job that takes it back"""

    @property
    def is_undone(self) -> bool:
        return self.undoing is not None and self.undoing.status == "done"

    @property
    def is_being_undone(self) -> bool:
        return self.undoing is not None and self.undoing.is_active

    @property
    def is_canceling(self) -> bool:
        return self.row.is_active and self.row.cancel_asked_at is not None

    @property
    def waits_until(self) -> datetime | None:
        """Set when it is to be tried again, or begins later."""
        later = self.row.status == "waiting" and self.row.due_at > clock.now()
        return self.row.due_at if later else None


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """What starts by itself."""

    row: JobSchedule
    label: str
    about: str
    when: str


@require_safe
@member_with(SIGNED_IN)
def jobs(request: MemberRequest) -> HttpResponse:
    return render(request, "administration/jobs.html", _context(request))


def _context(request: MemberRequest, *, adding: ScheduleForm | None = None) -> dict[str, Any]:
    shown = request.GET.get("show", "")
    shown = shown if shown in FILTERS else ""
    everything = verbs.jobs_of(request.actor)
    rows = everything.filter(status__in=FILTERS[shown]) if shown else everything
    before = parse_id(request.GET.get("before", ""))
    found = list((rows.filter(id__lt=before) if before else rows).order_by("-id")[: PAGE_SIZE + 1])
    has_more = len(found) > PAGE_SIZE
    kinds = verbs.kinds_to_schedule(request.actor)
    files = _files_of(request.actor, found)
    return {
        "columns": COLUMNS,
        "schedule_columns": SCHEDULE_COLUMNS,
        "rows": [_line(row, request.actor, files) for row in found[:PAGE_SIZE]],
        "show": shown,
        "active_count": everything.filter(status__in=ACTIVE).count(),
        "failed_count": everything.filter(status="failed").count(),
        "sees_all": request.actor.can(verbs.PERMISSION),
        "schedules": [_schedule_line(row) for row in verbs.schedules_of(request.actor)],
        "new_schedule": _new_schedule(adding or ScheduleForm(kinds=kinds)) if kinds else None,
        "first_url": f"{reverse('jobs')}?show={shown}" if before else "",
        "next_url": f"{reverse('jobs')}?show={shown}&before={found[PAGE_SIZE - 1].id}" if has_more else "",
    }


def _files_of(actor: Actor, rows: Collection[Job]) -> dict[UUID, str]:
    """By job, where what it made can be had."""
    transcripts = transcripts_there(actor, [row.id for row in rows if row.kind == TRANSCRIPT.key])
    persons = exports_there(actor, [row.id for row in rows if row.kind == EXPORT.key])
    entries = trail.exports_there(actor, [row.id for row in rows if row.kind == trail.EXPORT.key])
    return {
        **{key: reverse("person-export", args=[key]) for key in persons},
        **{key: reverse("transcript", args=[key]) for key in transcripts},
        **{key: reverse("audit-export", args=[key]) for key in entries},
    }


def _line(row: Job, actor: Actor, files: Mapping[UUID, str]) -> JobLine:
    kind = find_kind(row.kind)
    may = verbs.may_change(actor, row)
    may_again = kind is not None and actor.can(kind.permission)
    undoing: Job | None = getattr(row, "undoing", None)
    until = undo_until(row) if may_again and undoing is None else None
    return JobLine(
        row=row,
        label=_label(row, kind),
        about=_about(row, kind),
        told=str(kind.tell(row.result)) if kind and kind.tell and row.result and not row.undoes_id else "",
        errors=[in_words(each) for each in row.errors[: -MOST_ERRORS_SHOWN - 1 : -1]],
        can_cancel=may and row.is_active and row.cancel_asked_at is None,
        can_resume=may_again and row.status in STOPPED and undoing is None,
        file_url=files.get(row.id, ""),
        undo_until=until if until and until > clock.now() else None,
        undoing=undoing,
    )


def _label(row: Job | JobSchedule, kind: JobKind[Any] | None) -> str:
    label = str(kind.label) if kind else row.kind
    is_undo = isinstance(row, Job) and row.undoes_id is not None
    return _("Undo: %(job)s") % {"job": label} if is_undo else label


def _about(row: Job | JobSchedule, kind: JobKind[Any] | None) -> str:
    if kind is None or kind.describe is None:
        return ""
    try:
        return str(kind.describe(kind.read(row.arguments)))
    except (ValueError, OverflowError):  # asked for by another version
        return ""


def _schedule_line(row: JobSchedule) -> ScheduleLine:
    kind = find_kind(row.kind)
    return ScheduleLine(row, _label(row, kind), _about(row, kind), ScheduleForm.in_words(row.cron))


def _new_schedule(form: ScheduleForm) -> FormDialog:
    return FormDialog(
        key=NEW_SCHEDULE,
        title=_("New schedule"),
        action=reverse("add-schedule"),
        form=form,
        submit=_("Add the schedule"),
        note=_("The workspace's clocks count. Its jobs run with your right; they stop when you leave."),
    )


@require_POST
@member_with(SIGNED_IN)
def cancel(request: MemberRequest, job_id: str) -> HttpResponse:
    row = verbs.cancel_job(verbs.access_job(request.actor, parse_id(job_id)), by=request.actor)
    told = _("Canceled") if row.status == "canceled" else _("It stops at its next step")
    return done(request, told, "jobs")


@require_POST
@member_with(SIGNED_IN)
def resume(request: MemberRequest, job_id: str) -> HttpResponse:
    verbs.resume_job(verbs.access_job(request.actor, parse_id(job_id)), by=request.actor)
    return done(request, _("It goes on from where it stopped"), "jobs")


@require_POST
@member_with(SIGNED_IN)
def undo(request: MemberRequest, job_id: str) -> HttpResponse:
    verbs.undo_job(verbs.access_job(request.actor, parse_id(job_id)), by=request.actor)
    return done(request, _("It is being undone"), "jobs")


@require_POST
@member_with(SIGNED_IN)
def add_schedule(request: MemberRequest) -> HttpResponse:
    form = ScheduleForm(request.POST, kinds=verbs.kinds_to_schedule(request.actor))
    if form.is_valid():
        kind, cron = form.cleaned_data["kind"], form.cron()
        if attempt(form, lambda: verbs.add_schedule(kind, None, cron, by=request.actor)):
            return redirect("jobs")
    return render(request, "administration/jobs.html", _context(request, adding=form), status=422)


@require_POST
@member_with(SIGNED_IN)
def remove_schedule(request: MemberRequest, schedule_id: str) -> HttpResponse:
    row = verbs.access_schedule(request.actor, parse_id(schedule_id))
    verbs.remove_schedule(row, by=request.actor)
    return done(request, _("It starts by itself no more"), "jobs")


JOBS = SettingsPage(
    key="jobs",
    address="jobs",
    view=jobs,
    icon="activity",
    label=gettext_lazy("What is running"),
    words=gettext_lazy("jobs, background work, progress, schedules, cancel, resume, undo"),
    changed_by=(*JOB_EVENTS, *SCHEDULE_EVENTS),
    acts=(
        path("settings/jobs/<str:job_id>/cancel", cancel, name="cancel-job"),
        path("settings/jobs/<str:job_id>/resume", resume, name="resume-job"),
        path("settings/jobs/<str:job_id>/undo", undo, name="undo-job"),
        path("settings/schedules/new", add_schedule, name="add-schedule"),
        path("settings/schedules/<str:schedule_id>/removal", remove_schedule, name="remove-schedule"),
    ),
)
