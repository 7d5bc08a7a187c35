"""Public shapes of quick replies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, cast

import msgspec
from msgspec import UNSET, UnsetType

from regulars.api.paging import PageQuery
from regulars.api.shapes.common import Id, Ref
from regulars.inboxes.ports import OutgoingContent
from regulars.kernel.telling import EXAMPLE_ID, Moment, told
from regulars.media.models import MediaFile
from regulars.quick_replies.exchange import Format
from regulars.quick_replies.importing import ImportLine, Outcome
from regulars.quick_replies.models import files_of
from regulars.quick_replies.queries import Audience, QuickReplyLine
from regulars.quick_replies.wordings import Wording

_SHORTCUT = "1 to 32 letters or figures of any script, without spaces, and no other reply's."
_TEXTS = "One by language; the first is read by those whose language has none."
_TEAMS = "Ids of the teams that use it, of the audience `teams`."
_FILES = "Ids of uploads of yours (`POST /media`), in their order."


class QuickReplyFileShape(msgspec.Struct, kw_only=True):
    """A file that goes with a reply."""

    id: Id
    kind: Annotated[str, told("As what it is sent.", "document")]
    filename: Annotated[str, told("What it is called.", "prices.pdf")]
    mime_type: Annotated[str, told("What it is made of.", "application/pdf")]


class QuickReplyShape(msgspec.Struct, kw_only=True):
    """A text that members insert, filled in for whoever reads it."""

    id: Id
    shortcut: Annotated[str, told("What is typed after the slash.", "hello")]
    name: Annotated[str, told("What it is called in lists.", "Greeting")]
    folder: Annotated[str, told("Where it lies; empty in none.", "Greetings")]
    audience: Annotated[Audience, told("For everybody, some teams, or one member alone.", "all")]
    teams: Annotated[list[Ref], told("Of the audience `teams`: which.")]
    texts: Annotated[list[Wording], told(_TEXTS)]
    files: Annotated[list[QuickReplyFileShape], told("What goes with it, whatever the language.")]
    uses: Annotated[int, told("How often it was sent.", 37)]
    last_used_at: Annotated[Moment | None, told("When it was sent last.")]
    archived_at: Annotated[Moment | None, told("Since when it is not offered any more.")]
    updated_at: Annotated[Moment, told("When it was changed last.")]
    version: Annotated[str, told("Another one after each change; the same as the header `ETag`.", "3")]


class NewQuickReply(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A quick reply that is not there yet."""

    shortcut: Annotated[str, told(_SHORTCUT, "hello")]
    name: Annotated[str, told("1 to 80 characters.", "Greeting")]
    texts: Annotated[list[Wording], told(_TEXTS)]
    folder: Annotated[str, told("At most 40 characters; empty for none.", "Greetings")] = ""
    audience: Annotated[
        Audience, told("`member` is whoever makes it; tokens have none of their own.", "all")
    ] = "all"
    teams: Annotated[list[str], told(_TEAMS, [])] = []
    files: Annotated[list[str], told(_FILES, [])] = []


class QuickReplyChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change, all of it or nothing; a field left out stays as it is."""

    shortcut: Annotated[str | UnsetType, told(_SHORTCUT, "hello")] = UNSET
    name: Annotated[str | UnsetType, told("1 to 80 characters.", "Greeting")] = UNSET
    texts: Annotated[list[Wording] | UnsetType, told(_TEXTS)] = UNSET
    folder: Annotated[str | UnsetType, told("At most 40 characters; empty for none.", "Greetings")] = UNSET
    audience: Annotated[Audience | UnsetType, told("For whom it is.", "all")] = UNSET
    teams: Annotated[list[str] | UnsetType, told(_TEAMS, [])] = UNSET
    files: Annotated[list[str] | UnsetType, told(_FILES, [])] = UNSET


class QuickReplyQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """What the list of quick replies shows; every parameter narrows."""

    q: Annotated[str, told("Finds by parts of the shortcut, the name or a text.", "parcel")] = ""
    folder: Annotated[str | None, told("In this folder; empty for those in none.", "Orders")] = None
    language: Annotated[str, told("With a text in this language.", "ko")] = ""
    audience: Annotated[Audience | None, told("For whom it is.", "teams")] = None
    archived: Annotated[bool, told("Those that are not offered any more.", False)] = False
    unused: Annotated[bool | None, told("Not sent, or sent, within 90 days.", True)] = None


class PreviewOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """For whom it is filled in."""

    conversation: Annotated[str, told("A conversation's id.", EXAMPLE_ID)]
    language: Annotated[str, told("Instead of the contact's.", "ko")] = ""


class AdviceShape(msgspec.Struct):
    """What one would say about a text. It is no refusal."""

    kind: Annotated[Literal["long", "many_emoji"], told("What stands out.", "long")]
    count: Annotated[int, told("How many characters, or emoji, a reader sees.", 204)]
    advised: Annotated[int, told("Up to how many nobody would say anything.", 160)]


class QuickReplyPreview(msgspec.Struct, kw_only=True):
    """A quick reply as this contact would read it."""

    language: Annotated[str, told("Of the text that was chosen.", "en")]
    is_theirs: Annotated[bool, told("False where the contact's language has no text.", True)]
    text: Annotated[str, told("Filled in; what nothing is known of stays.", "{{product}} costs €12.50.")]
    gaps: Annotated[list[str], told("Names that nothing is known of.", ["product"])]
    content: Annotated[OutgoingContent, told("As it is sent, its files apart.")]
    files: Annotated[list[QuickReplyFileShape], told("What goes with it.")]
    advice: Annotated[list[AdviceShape], told("What one would say about it.")]


class ImportOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A file of quick replies."""

    content: Annotated[
        str, told("The file, in the form of an export.", "shortcut,name,text\nhi,Greeting,Hello")
    ]
    format: Annotated[Format, told("How it is written.", "csv")]
    dry_run: Annotated[bool, told("Only say what would happen.", True)] = False


class ImportedLine(msgspec.Struct, kw_only=True):
    """What becomes of one reply of a file."""

    line: Annotated[int, told("Where it stands: the line of a CSV file, or which object of JSON.", 2)]
    shortcut: Annotated[str, told("Its shortcut.", "hello")]
    outcome: Annotated[Outcome, told("What happens to it.", "create")]
    fields: Annotated[list[str], told("What of it changes.", [])]
    problem: Annotated[str | None, told("Why it is left out.", "There is no team Sales")]


class ImportResult(msgspec.Struct, kw_only=True):
    """What happened, or would happen, to each reply of a file."""

    dry_run: Annotated[bool, told("Whether nothing was written.", True)]
    lines: Annotated[list[ImportedLine], told("One for each reply of the file.")]


class ExportQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How the file is written."""

    format: Annotated[Format, told("CSV for spreadsheets, JSON for programs.", "csv")] = "json"


class ExportShape(msgspec.Struct, kw_only=True):
    """All quick replies that you see, as a file that can be imported again."""

    format: Annotated[Format, told("How it is written.", "csv")]
    content: Annotated[str, told("The file.", "shortcut,name,text\r\nhi,Greeting,Hello\r\n")]


def build_quick_replies(lines: Sequence[QuickReplyLine]) -> list[QuickReplyShape]:
    files = files_of([line.reply for line in lines])
    return [
        QuickReplyShape(
            id=str(line.reply.id),
            shortcut=line.reply.shortcut,
            name=line.reply.name,
            folder=line.reply.folder,
            audience=cast("Audience", line.reply.audience),
            teams=[Ref(str(team.id), team.name) for team in line.reply.teams.all()],
            texts=list(line.reply.wordings),
            files=build_files(files[line.reply.id]),
            uses=line.uses.count,
            last_used_at=line.uses.last_at,
            archived_at=line.reply.archived_at,
            updated_at=line.reply.updated_at,
            version=line.reply.version,
        )
        for line in lines
    ]


def build_files(files: Sequence[MediaFile]) -> list[QuickReplyFileShape]:
    return [
        QuickReplyFileShape(id=str(file.id), kind=file.kind, filename=file.filename, mime_type=file.mime_type)
        for file in files
    ]


def build_line(line: ImportLine) -> ImportedLine:
    return ImportedLine(
        line=line.line,
        shortcut=line.shortcut,
        outcome=line.outcome,
        fields=list(line.fields),
        problem=line.sentence or None,
    )
