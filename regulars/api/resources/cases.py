"""Cases: opened, changed, resolved, reopened, merged; what they are about, and what members say of them."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from msgspec import UNSET, UnsetType

from regulars.api.paging import Page, PageQuery, newest_first
from regulars.api.parsing import parse_reference
from regulars.api.preconditions import IfMatch
from regulars.api.shapes.cases import (
    CaseChangesBody,
    CaseLink,
    CaseMerge,
    CaseQuery,
    CaseShape,
    CommentShape,
    NewCaseBody,
    NewComment,
    build_case,
    build_comment,
)
from regulars.cases.access import access_case
from regulars.cases.models import UNRESOLVED, Case, CaseCategory
from regulars.cases.operations.changing import CaseChanges, reopen_case
from regulars.cases.operations.changing import change_case as change
from regulars.cases.operations.commenting import comment_case as comment
from regulars.cases.operations.linking import (
    link_contact,
    link_conversation,
    unlink_contact,
    unlink_conversation,
)
from regulars.cases.operations.merging import merge_case as merge
from regulars.cases.operations.merging import unmerge_case as unmerge
from regulars.cases.operations.opening import NewCase
from regulars.cases.operations.opening import open_case as open_one
from regulars.cases.queries.lists import CaseFilter, CaseLine, lines_of
from regulars.cases.queries.lists import list_cases as read_page
from regulars.cases.queries.pages import comments_of, seen_links
from regulars.cases.queries.settings import find_category
from regulars.conversations.access import access_contact, access_conversation
from regulars.kernel.errors import Invalid, NotFound
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member, Team
from regulars.workspaces.queries import find_member, find_team


def list_cases(actor: Actor, query: CaseQuery) -> Page[CaseShape]:
    """The cases that the token's role sees, without those that were merged; every parameter narrows."""
    wanted = CaseFilter(
        statuses=UNRESOLVED if query.status == "unresolved" else (query.status,) if query.status else (),
        owner=_owner_word(query.owner),
        team_id=_id(query.team, "team"),
        category_id=_id(query.category, "category"),
        priority=query.priority or "",
        is_overdue=query.overdue,
        text=query.q.strip(),
        conversation_id=_id(query.conversation, "conversation"),
        person_id=_id(query.person, "person"),
    )
    page = read_page(actor, wanted, order=query.order, limit=query.limit, cursor=query.cursor)
    return Page(_shapes(actor, page.lines), page.next_cursor)


def get_case(actor: Actor, case_id: UUID) -> CaseShape:
    """One case."""
    return _shape(actor, access_case(actor, case_id))


def open_case(actor: Actor, body: NewCaseBody) -> CaseShape:
    """A new case with the next number; its conversations get a quiet line that says so."""
    case = open_one(
        NewCase(
            title=body.title,
            about=body.about,
            category=_category(actor, body.category),
            priority=body.priority,
            owner=_member(actor, body.owner),
            team=_team(actor, body.team),
            due_at=body.due_at,
            conversations=[
                access_conversation(actor, parse_reference(each, f"conversations[{place}]"))
                for place, each in enumerate(body.conversations)
            ],
            contacts=[
                access_contact(actor, parse_reference(each, f"contacts[{place}]"))
                for place, each in enumerate(body.contacts)
            ],
        ),
        by=actor,
    )
    return _shape(actor, case)


def change_case(actor: Actor, case_id: UUID, body: CaseChangesBody, if_match: IfMatch) -> CaseShape:
    """Describe, assign, hand over, prioritize, resolve; all of it or nothing.

    With `If-Match`, only the version that was read is changed: 412 ``changed-meanwhile`` when somebody was quicker.

    409 for a case that was merged, and for one that was resolved too long ago to be opened again.
    """
    case = access_case(actor, case_id)
    changes = CaseChanges(
        title=body.title,
        about=body.about,
        status=body.status,
        outcome=body.outcome,
        resolution=body.resolution,
        owner=UNSET if isinstance(body.owner, UnsetType) else _member(actor, body.owner),
        team=UNSET if isinstance(body.team, UnsetType) else _team(actor, body.team),
        category=UNSET if isinstance(body.category, UnsetType) else _category(actor, body.category),
        priority=body.priority,
        due_at=body.due_at,
    )
    change(case, changes, by=actor, versions=if_match)
    return _shape(actor, case)


def reopen(actor: Actor, case_id: UUID) -> CaseShape:
    """The same case within the workspace's time; later a new one that follows it. Answers with which."""
    return _shape(actor, reopen_case(access_case(actor, case_id), by=actor))


def merge_case(actor: Actor, case_id: UUID, body: CaseMerge) -> CaseShape:
    """It was the same matter as another case, which is about both from then on. Answers with what stays."""
    into = access_case(actor, parse_reference(body.into, "into"))
    merge(access_case(actor, case_id), into=into, by=actor)
    return _shape(actor, access_case(actor, into.id))


def unmerge_case(actor: Actor, case_id: UUID) -> CaseShape:
    """It is a matter of its own again; what came to the other case with it leaves that."""
    case = access_case(actor, case_id)
    unmerge(case, by=actor)
    return _shape(actor, access_case(actor, case.id))


def link_case_conversation(actor: Actor, case_id: UUID, body: CaseLink) -> CaseShape:
    """A conversation that the token sees belongs to the case, and its contact too; repeating changes nothing."""
    case = access_case(actor, case_id)
    link_conversation(case, access_conversation(actor, parse_reference(body.id, "id")), by=actor)
    return _shape(actor, access_case(actor, case_id))


def unlink_case_conversation(actor: Actor, case_id: UUID, conversation_id: UUID) -> None:
    """A conversation does not belong to the case any more; its contact stays."""
    case = access_case(actor, case_id)
    if not unlink_conversation(case, access_conversation(actor, conversation_id).id, by=actor):
        raise NotFound(_("It does not belong to this case"))


def link_case_contact(actor: Actor, case_id: UUID, body: CaseLink) -> CaseShape:
    """The case is about a contact, too; repeating changes nothing."""
    case = access_case(actor, case_id)
    link_contact(case, access_contact(actor, parse_reference(body.id, "id")), by=actor)
    return _shape(actor, access_case(actor, case_id))


def unlink_case_contact(actor: Actor, case_id: UUID, contact_id: UUID) -> None:
    """The case is not about a contact any more."""
    if not unlink_contact(access_case(actor, case_id), contact_id, by=actor):
        raise NotFound(_("It does not belong to this case"))


def list_comments(actor: Actor, case_id: UUID, query: PageQuery) -> Page[CommentShape]:
    """What members said about a case, the newest first."""
    comments = comments_of(access_case(actor, case_id)).select_related("author__user")
    rows, next_cursor = newest_first(comments, "created_at", query)
    return Page([build_comment(each) for each in rows], next_cursor)


def comment_case(actor: Actor, case_id: UUID, body: NewComment) -> CommentShape:
    """Say something about a case; it never leaves the house."""
    return build_comment(comment(access_case(actor, case_id), body.text, by=actor))


def _shape(actor: Actor, case: Case) -> CaseShape:
    return _shapes(actor, lines_of([case]))[0]


def _shapes(actor: Actor, lines: list[CaseLine]) -> list[CaseShape]:
    seen = seen_links(actor, [line.case.id for line in lines])
    return [build_case(line, [str(each) for each in seen[line.case.id]]) for line in lines]


def _category(actor: Actor, written: str | None) -> CaseCategory | None:
    if written is None:
        return None
    category = find_category(actor.workspace_id, parse_reference(written, "category"))
    if category is None:
        raise Invalid(_("There is no such category"), fields={"category": "the id of a category, or null"})
    return category


def _member(actor: Actor, written: str | None) -> Member | None:
    if written is None:
        return None
    member = find_member(actor.workspace_id, parse_reference(written, "owner"))
    if member is None:
        raise Invalid(_("There is no such member"), fields={"owner": "the id of an active member, or null"})
    return member


def _team(actor: Actor, written: str | None) -> Team | None:
    if written is None:
        return None
    team = find_team(actor.workspace_id, parse_reference(written, "team"))
    if team is None:
        raise Invalid(_("There is no such team"), fields={"team": "the id of a team, or null"})
    return team


def _id(written: str | None, field: str) -> UUID | None:
    return parse_reference(written, field) if written is not None else None


def _owner_word(written: str | None) -> str:
    if written is None or written == "none":
        return written or ""
    return str(parse_reference(written, "owner"))
