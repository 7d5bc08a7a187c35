"""Roles: what they allow and whom; made from a copy, changed, compared, removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from regulars.kernel.ids import parse_id
from regulars.web.administration.answers import attempt
from regulars.web.administration.role_forms import CompareForm, NewRoleForm, RemoveRoleForm, RoleForm
from regulars.web.administration.role_words import DISTANCES, compared
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.design.tables import Column
from regulars.web.doors import MemberRequest, member_with
from regulars.web.roles import role_word
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.access import Actor, access_role
from regulars.workspaces.events import MEMBER_EVENTS, ROLE_EVENTS
from regulars.workspaces.models import Role
from regulars.workspaces.permissions import ALL_PERMISSIONS
from regulars.workspaces.queries import find_role, givable_roles, roles_of
from regulars.workspaces.roles import create_role, edit_role, remove_role

COLUMNS = (
    Column(gettext_lazy("Role")),
    Column(gettext_lazy("Which conversations")),
    Column(gettext_lazy("Allows"), is_number=True),
    Column(gettext_lazy("Members"), is_number=True),
)


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role as the page shows it; the dialogs are there for whoever may use them."""

    role: Role
    changing: FormDialog | None = None
    removing: FormDialog | None = None

    @property
    def conversations(self) -> object:
        return DISTANCES[0].sentences[self.role.rights.far("conversations")]

    @property
    def allows(self) -> str:
        shown = {"count": len(self.role.rights.permissions), "all": len(ALL_PERMISSIONS)}
        return _("%(count)s of %(all)s") % shown


@require_safe
@member_with("members:read")
def roles(request: MemberRequest) -> HttpResponse:
    return render(request, "administration/roles.html", _context(request))


def _context(
    request: MemberRequest, *, adding: NewRoleForm | None = None, refused: FormDialog | None = None
) -> dict[str, Any]:
    actor = request.actor
    every = list(roles_of(actor.workspace_id))
    givable = givable_roles(actor) if actor.can("roles:manage") else []
    return {
        "columns": COLUMNS,
        "rows": [_row(actor, role, givable, refused) for role in every],
        "new_role": _new_role(adding or NewRoleForm(roles=givable)) if givable else None,
    }


def _row(actor: Actor, role: Role, givable: Sequence[Role], refused: FormDialog | None) -> RoleRow:
    if role.key is not None or role not in givable:
        return RoleRow(role)
    dialogs = (
        _changing(role, RoleForm(actor=actor, initial=RoleForm.filled_with(role))),
        _removing(role, RemoveRoleForm(takers=_takers(role, givable))),
    )
    changing, removing = (refused if refused and refused.key == each.key else each for each in dialogs)
    return RoleRow(role, changing, removing)


def _takers(role: Role, givable: Sequence[Role]) -> list[Role]:
    return [each for each in givable if each.id != role.id]


def _new_role(form: NewRoleForm) -> FormDialog:
    return FormDialog(
        key="new-role",
        title=_("New role"),
        action=reverse("add-role"),
        form=form,
        submit=_("Create the role"),
        note=_("Then change what the copy allows, and give it to people under Members."),
    )


def _changing(role: Role, form: RoleForm) -> FormDialog:
    return FormDialog(
        key=f"change-{role.id}",
        title=_("Change %(name)s") % {"name": role.name},
        action=reverse("change-role", args=[role.id]),
        form=form,
        submit=_("Save"),
        about=_("It counts at once for everybody who has this role, on open screens too."),
        note=_("Tokens and invitations that their maker could not make any more end."),
    )


def _removing(role: Role, form: RemoveRoleForm) -> FormDialog:
    count = role.holders  # type: ignore[attr-defined]  # annotated by ``roles_of``
    have_it = ngettext("%(count)s member has it.", "%(count)s members have it.", count)
    return FormDialog(
        key=f"remove-{role.id}",
        title=_("Remove the role %(name)s?") % {"name": role.name},
        action=reverse("remove-role", args=[role.id]),
        form=form,
        submit=_("Remove the role"),
        about=have_it % {"count": count},
        note=_("Its API tokens go along, but may do no more than before."),
        is_dangerous=True,
    )


@require_POST
@member_with("roles:manage")
def add(request: MemberRequest) -> HttpResponse:
    form = NewRoleForm(request.POST, roles=givable_roles(request.actor))
    if form.is_valid():
        wanted = form.cleaned_data
        if attempt(form, lambda: _copy(request, wanted)):
            return redirect("roles")
    return render(request, "administration/roles.html", _context(request, adding=form), status=422)


def _copy(request: MemberRequest, wanted: dict[str, str]) -> Role:
    copied = next(each for each in givable_roles(request.actor) if each.handle == wanted["copy_of"])
    rights = copied.rights
    return create_role(
        request.member.workspace,
        wanted["name"],
        permissions=rights.permissions,
        reach=rights.reach,
        by=request.actor,
    )


@require_POST
@member_with("roles:manage")
def change(request: MemberRequest, role_id: str) -> HttpResponse:
    role = access_role(request.actor, parse_id(role_id))
    before, filled_in = role.name, request.POST.copy()
    form = RoleForm(filled_in, actor=request.actor)
    if form.is_valid():
        name, rights, version = form.cleaned_data["name"], form.rights, form.cleaned_data["version"]
        if attempt(
            form,
            lambda: (
                edit_role(
                    role,
                    by=request.actor,
                    name=name,
                    permissions=rights.permissions,
                    reach=rights.reach,
                    versions=[version] if version else None,
                )
                or True
            ),
        ):
            return redirect("roles")
    role.name = before
    filled_in["version"] = access_role(
        request.actor, role.id
    ).version  # told of it, they may save all the same
    return _refused(request, _changing(role, form))


@require_POST
@member_with("roles:manage")
def remove(request: MemberRequest, role_id: str) -> HttpResponse:
    wanted = access_role(request.actor, parse_id(role_id))
    role = roles_of(request.actor.workspace_id).get(id=wanted.id)
    givable = givable_roles(request.actor)
    form = RemoveRoleForm(request.POST, takers=_takers(role, givable))
    if form.is_valid():
        to = next(each for each in givable if each.handle == form.cleaned_data["to"])
        if attempt(form, lambda: remove_role(wanted, to=to, by=request.actor) or True):
            return redirect("roles")
    return _refused(request, _removing(role, form))


def _refused(request: MemberRequest, dialog: FormDialog) -> HttpResponse:
    context = _context(request, refused=dialog)
    return render(request, "administration/roles.html", context, status=422)


@require_safe
@member_with("members:read")
def compare(request: MemberRequest) -> HttpResponse:
    every = list(roles_of(request.actor.workspace_id))
    left, right = (
        _chosen(request, name, usual) for name, usual in (("left", every[0]), ("right", every[-1]))
    )
    lines = compared(left.rights, right.rights)
    context = {
        "form": CompareForm({"left": left.handle, "right": right.handle}, roles=every),
        "columns": [Column(_("What")), Column(role_word(left)), Column(role_word(right))],
        "left": left,
        "right": right,
        "differing": [line for line in lines if line.differs],
        "same": [line for line in lines if not line.differs],
    }
    return render(request, "administration/compare_roles.html", context)


def _chosen(request: MemberRequest, name: str, usual: Role) -> Role:
    wanted = request.GET.get(name, "")
    found = find_role(request.actor.workspace_id, wanted) if wanted else None
    return found or usual


ROLES = SettingsPage(
    key="roles",
    address="roles",
    view=roles,
    icon="shield",
    label=gettext_lazy("Roles"),
    words=gettext_lazy("rights, permissions, who may do what, who sees what"),
    changed_by=(*ROLE_EVENTS, *MEMBER_EVENTS),
    acts=(
        path("settings/roles/compare", compare, name="compare-roles"),
        path("settings/roles/new", add, name="add-role"),
        path("settings/roles/<str:role_id>", change, name="change-role"),
        path("settings/roles/<str:role_id>/removal", remove, name="remove-role"),
    ),
)
