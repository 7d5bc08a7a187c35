"""Quick replies: written, archived, restored, taken over from a file, and counted when they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile

from regulars.quick_replies.models import QuickReply
from regulars.quick_replies.operations import ReplyDraft, count_uses, create_reply, remove_reply
from regulars.quick_replies.wordings import Wording

from .building import Table, about, owner_of, to

if TYPE_CHECKING:
    from .screens import Stage

SETTINGS = "/settings/quick-replies"
CSV = "shortcut,name,language,text\nhi,Greeting,en,Hello\nbye,Farewell,en,Bye\n"
GREETING: dict[str, object] = {
    "shortcut": "hello",
    "name": "Greeting",
    "folder": "Greetings",
    "audience": "all",
    "texts-TOTAL_FORMS": "1",
    "texts-INITIAL_FORMS": "0",
    "texts-0-language": "en",
    "texts-0-text": "Hello {{first_name|there}}",
}


def _reply(stage: Stage) -> QuickReply:
    draft = ReplyDraft("thanks", "Thanks", (Wording(language="en", text="Thank you"),))
    return create_reply(draft, by=owner_of(stage))


def _sent(stage: Stage) -> QuickReply:
    reply = _reply(stage)
    count_uses([reply.id], by=owner_of(stage))
    return reply


def _archived(stage: Stage) -> QuickReply:
    reply = _sent(stage)
    remove_reply(reply, by=owner_of(stage))
    return reply


def _file(name: str, content: bytes, kind: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


FILES = [_file(f"{name}.pdf", f"%PDF-1.4 {name}".encode(), "application/pdf") for name in ("sizes", "prices")]

SCREENS: Table = {
    "add-quick-reply": to(f"{SETTINGS}/add", **GREETING),
    "change-quick-reply": about(SETTINGS, _reply, "/change", **GREETING, version="1"),
    "remove-quick-reply": about(SETTINGS, _reply, "/removal"),
    "restore-quick-reply": about(SETTINGS, _archived, "/restoring"),
    "preview-quick-reply": to(f"{SETTINGS}/preview", **GREETING),
    "plan-quick-replies": to(f"{SETTINGS}/import/plan", file=_file("replies.csv", CSV.encode(), "text/csv")),
    "run-quick-replies": to(f"{SETTINGS}/import/run", content=CSV, format="csv"),
    "quick-reply-advice": to(f"{SETTINGS}/advice", advice="off"),
    "writing-advice": to("/writing-advice", advice="off"),
}
"""by the name of the route"""

OTHERWISE: Table = {
    "add-quick-reply, with files": to(f"{SETTINGS}/add", **GREETING, file=FILES),
    "remove-quick-reply, sent before": about(SETTINGS, _sent, "/removal"),
    "messages, with a quick reply": lambda stage: (
        f"/conversations/{stage.conversation.id}/messages",
        {"text": "Thank you", "quick_reply": [str(_sent(stage).id)]},
    ),
}

ONLY_SHOWN = frozenset(
    {
        *("quick-replies", "quick-reply", "new-quick-reply", "export-quick-replies"),
        *("import-quick-replies", "quick-reply-picker", "quick-reply-insertion"),
    }
)

_TEXTS = [{"language": "en", "text": "Hello"}]
CALLS: Table = {
    "POST /quick-replies": to("/quick-replies", shortcut="hello", name="Greeting", texts=_TEXTS),
    "PATCH /quick-replies/{reply_id}": about("/quick-replies", _reply, texts=_TEXTS),
    "DELETE /quick-replies/{reply_id}": about("/quick-replies", _reply),
    "POST /quick-replies/{reply_id}/restore": about("/quick-replies", _archived, "/restore"),
    "POST /quick-replies/{reply_id}/preview": lambda stage: (
        f"/quick-replies/{_reply(stage).id}/preview",
        {"conversation": str(stage.conversation.id)},
    ),
    "POST /quick-replies/import": to("/quick-replies/import", content=CSV, format="csv"),
}
"""by method and path"""

CALLS_OTHERWISE: Table = {
    "POST /conversations/{conversation_id}/messages, with a quick reply": lambda stage: (
        f"/conversations/{stage.conversation.id}/messages",
        {"kind": "text", "text": "Thank you", "quick_reply": str(_sent(stage).id)},
    ),
}
