"""Cases, their categories and comments as JSON."""

from __future__ import annotations

from typing import Annotated, Literal, cast

import msgspec
from msgspec import UNSET, UnsetType

from regulars.api.paging import PageQuery
from regulars.api.shapes.common import Id, Ref, refer_to_member, refer_to_team
from regulars.api.shapes.conversations import Priority
from regulars.api.shapes.tags import Color
from regulars.cases.models import CaseCategory, CaseComment, CaseFile
from regulars.cases.queries.lists import CaseLine
from regulars.kernel.telling import EXAMPLE_ID, Moment, told
from regulars.media.names import name_of

CaseStatus = Literal["open", "waiting_customer", "waiting_others", "resolved"]
Outcome = Literal["solved", "not_solved", "withdrawn"]
Icon = Literal[
    "case", "bag", "delivery", "money", "return", "repair", "question", "complaint", "star", "document"
]
_STATUS = "Whose turn it is: ours, the customer's, somebody else's; or over."
_OUTCOME = "What came of it: as the customer wished, otherwise, or they gave it up."
_DUE = "By when it is to be done."


class CaseShape(msgspec.Struct, kw_only=True):
    """One matter, which outlives conversations."""

    id: Id
    number: Annotated[int, told("How people call it, with `#`; given once in a workspace.", 1042)]
    title: Annotated[str, told("What it is about, in one line.", "Parcel arrived broken")]
    about: Annotated[str, told("What else there is to know.", "Two of six cups, photos in the thread")]
    status: Annotated[CaseStatus, told(_STATUS, "open")]
    priority: Annotated[Priority, told("How urgent it is.", "normal")]
    category: Annotated[Ref | None, told("What kind of matter.")]
    owner: Annotated[Ref | None, told("The member who looks after it.")]
    team: Annotated[Ref | None, told("The team that it is with.")]
    due_at: Annotated[Moment | None, told(_DUE)]
    is_overdue: Annotated[bool, told("Whether that is past, and the case not resolved.", False)]
    outcome: Annotated[Outcome | None, told(f"{_OUTCOME} Null while it is not resolved.", "solved")]
    resolution: Annotated[str, told("What was done, in words.", "Sent two new cups")]
    contacts: Annotated[list[Ref], told("Whom it is about.")]
    conversations: Annotated[list[Id], told("Those of its conversations that the token sees.")]
    opened_at: Annotated[Moment, told("Since when it is there.")]
    opened_by: Annotated[str, told("Who opened it, as they were called then.", "Ann Agent")]
    resolved_at: Annotated[Moment | None, told("When it was resolved; null while it is not.")]
    reopened_count: Annotated[int, told("How often it was reopened in time.", 0)]
    follows: Annotated[
        str | None, told("The case that it goes on with, which was resolved for too long.", EXAMPLE_ID)
    ]
    merged_into: Annotated[
        str | None, told("The case that it was merged into; null while it stands alone.", EXAMPLE_ID)
    ]
    updated_at: Annotated[Moment, told("When something of it last changed.")]
    version: Annotated[str, told("Another one after each change; the same as the header `ETag`.", "3")]


class NewCaseBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A case to open."""

    title: Annotated[
        str, told("At most 200 characters; when left out, the name of the category.", "Parcel arrived broken")
    ] = ""
    about: Annotated[str, told("At most 20,000 characters.", "Two of six cups")] = ""
    category: Annotated[str | None, told("A category's id.", EXAMPLE_ID)] = None
    priority: Annotated[Priority, told("How urgent it is.", "normal")] = "normal"
    owner: Annotated[str | None, told("An active member's id.", EXAMPLE_ID)] = None
    team: Annotated[str | None, told("A team's id.", EXAMPLE_ID)] = None
    due_at: Annotated[Moment | None, told(_DUE)] = None
    conversations: Annotated[
        list[str], told("Ids; the contacts of these conversations belong to the case, too.", [EXAMPLE_ID])
    ] = msgspec.field(default_factory=list)
    contacts: Annotated[list[str], told("Ids of contacts beside them.", [EXAMPLE_ID])] = msgspec.field(
        default_factory=list
    )


class CaseChangesBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change, all of it or nothing; a field left out stays as it is."""

    title: Annotated[str | UnsetType, told("1 to 200 characters.", "Two cups broken")] = UNSET
    about: Annotated[str | UnsetType, told("At most 20,000 characters.", "Photos in the thread")] = UNSET
    status: Annotated[CaseStatus | UnsetType, told(_STATUS, "resolved")] = UNSET
    outcome: Annotated[Outcome | UnsetType, told(f"{_OUTCOME} `solved` unless said otherwise.", "solved")] = (
        UNSET
    )
    resolution: Annotated[str | UnsetType, told("What was done, in words.", "Sent two new cups")] = UNSET
    owner: Annotated[str | UnsetType | None, told("A member's id; null: nobody's.", EXAMPLE_ID)] = UNSET
    team: Annotated[str | UnsetType | None, told("A team's id; null: no team's.", EXAMPLE_ID)] = UNSET
    category: Annotated[str | UnsetType | None, told("A category's id; null: none.", EXAMPLE_ID)] = UNSET
    priority: Annotated[Priority | UnsetType, told("How urgent it is.", "high")] = UNSET
    due_at: Annotated[Moment | UnsetType | None, told(f"{_DUE} Null: by no time.")] = UNSET


class CaseQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """What the list of cases shows; every parameter narrows."""

    status: Annotated[
        CaseStatus | Literal["unresolved"] | None,
        told("Of this status only; `unresolved`: all but the resolved.", "unresolved"),
    ] = None
    owner: Annotated[str | None, told("A member's id, or `none`.", "none")] = None
    team: Annotated[str | None, told("A team's id.", EXAMPLE_ID)] = None
    category: Annotated[str | None, told("A category's id.", EXAMPLE_ID)] = None
    priority: Annotated[Priority | None, told("Of this priority only.", "high")] = None
    overdue: Annotated[bool, told("Only what is not resolved and past its time.", True)] = False
    conversation: Annotated[str | None, told("A conversation's id.", EXAMPLE_ID)] = None
    person: Annotated[
        str | None, told("A `person` of contacts: the cases about any of them.", EXAMPLE_ID)
    ] = None
    q: Annotated[str, told("Finds by number, by words of the case, and by its contacts.", "#1042")] = ""
    order: Annotated[
        Literal["newest", "due", "updated"],
        told(
            "`newest`: the last number first; nothing moves. `due`: what is due first, then what never is. `updated`:"
            " what changed last first; it moves meanwhile.",
            "due",
        ),
    ] = "newest"


class CaseMerge(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Where a case goes."""

    into: Annotated[str, told("The id of the case that stays.", EXAMPLE_ID)]


class CaseLink(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What belongs to a case."""

    id: Annotated[str, told("Its id.", EXAMPLE_ID)]


class CommentShape(msgspec.Struct, kw_only=True):
    """What a member said about a case to colleagues."""

    id: Id
    author: Annotated[Ref | None, told("The member; null for a token or the house.")]
    author_name: Annotated[str, told("As they were called then.", "Ann Agent")]
    text: Annotated[str, told("What they said.", "The warehouse looks for it")]
    created_at: Annotated[Moment, told("When they said it.")]


class NewComment(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A comment to make."""

    text: Annotated[str, told("1 to 20,000 characters.", "The warehouse looks for it")]


class CaseFileShape(msgspec.Struct, kw_only=True):
    """A file that lies with a case."""

    id: Id
    name: Annotated[str, told("What it is called.", "invoice.pdf")]
    mime_type: Annotated[str, told("What it is.", "application/pdf")]
    byte_count: Annotated[int | None, told("How large it is, in bytes.", 48213)]
    by: Annotated[str, told("Who put it there, as they were called then.", "Ann Agent")]
    added_at: Annotated[Moment, told("When they did.")]


class NewCaseFile(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A file to put with a case."""

    media: Annotated[str, told("The id of an upload of yours, or of the file of a message.", EXAMPLE_ID)]
    message: Annotated[
        str | None, told("The message that brings it along with others: a template's header.", EXAMPLE_ID)
    ] = None


class CategoryShape(msgspec.Struct, kw_only=True):
    """A kind of case."""

    id: Id
    name: Annotated[str, told("No other category's, whatever its case or width.", "Complaint")]
    color: Annotated[Color, told("A word; each theme has its own value for it.", "red")]
    icon: Annotated[Icon, told("A word; the screens have a drawing for each.", "complaint")]


class NewCategory(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A category that is not there yet."""

    name: Annotated[str, told("1 to 64 characters, and no other category's name.", "Complaint")]
    color: Annotated[Color, told("Gray unless said otherwise.", "red")] = "gray"
    icon: Annotated[Icon, told("A folder unless said otherwise.", "complaint")] = "case"


class CategoryChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change; a field left out stays as it is."""

    name: Annotated[str | UnsetType, told("1 to 64 characters.", "Complaint")] = UNSET
    color: Annotated[Color | UnsetType, told("Another color.", "amber")] = UNSET
    icon: Annotated[Icon | UnsetType, told("Another drawing.", "return")] = UNSET


class CaseSettingsShape(msgspec.Struct, kw_only=True):
    """How the workspace handles cases."""

    reopen_hours: Annotated[
        int,
        told("A case that is reopened within so many hours is the same; later, a new one follows it.", 168),
    ]


class CaseSettingsChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change; a field left out stays as it is."""

    reopen_hours: Annotated[int | UnsetType, told("0 to 8760.", 72)] = UNSET


def build_case(line: CaseLine, conversation_ids: list[str]) -> CaseShape:
    case = line.case
    return CaseShape(
        id=str(case.id),
        number=case.number,
        title=case.title,
        about=case.about,
        status=cast("CaseStatus", case.status),
        priority=cast("Priority", case.priority),
        category=Ref(str(case.category.id), case.category.name) if case.category else None,
        owner=refer_to_member(case.owner),
        team=refer_to_team(case.team),
        due_at=case.due_at,
        is_overdue=line.is_overdue,
        outcome=cast("Outcome", case.outcome) if case.outcome else None,
        resolution=case.resolution,
        contacts=[Ref(str(each.id), each.person.display_name) for each in line.contacts],
        conversations=conversation_ids,
        opened_at=case.opened_at,
        opened_by=case.opened_by_name,
        resolved_at=case.resolved_at,
        reopened_count=case.reopened_count,
        follows=_id(case.follows_id),
        merged_into=_id(case.merged_into_id),
        updated_at=case.updated_at,
        version=case.version,
    )


def _id(key: object) -> str | None:
    return str(key) if key else None


def build_comment(comment: CaseComment) -> CommentShape:
    return CommentShape(
        id=str(comment.id),
        author=refer_to_member(comment.author),
        author_name=comment.author_name,
        text=comment.text,
        created_at=comment.created_at,
    )


def build_case_file(file: CaseFile) -> CaseFileShape:
    media = file.media
    return CaseFileShape(
        id=str(file.id),
        name=name_of(media.filename, media.mime_type, media.kind),
        mime_type=media.mime_type,
        byte_count=media.byte_count,
        by=file.by_name,
        added_at=file.linked_at,
    )


def build_category(category: CaseCategory) -> CategoryShape:
    return CategoryShape(
        id=str(category.id),
        name=category.name,
        color=cast("Color", category.color),
        icon=cast("Icon", category.icon),
    )
