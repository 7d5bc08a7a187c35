"""Words and drawings of the inbox: from view models to what people read. Load with ``{% load inbox %}``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from urllib.parse import urlencode
from uuid import UUID

from django import template
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, pgettext

from regulars.blocking.models import Block
from regulars.contacts.models import Group
from regulars.contacts.numbers import shown_number, written_number
from regulars.conversations.queries.lists import Order
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import Choice, Location, OutgoingLocation, TemplateButton
from regulars.inboxes.ports import Order as ProductOrder
from regulars.kernel.visible import is_invisible
from regulars.web.design.assets import asset_url
from regulars.web.design.tags import status_word, written
from regulars.web.inbox import fragments, text_marks
from regulars.web.inbox.activities import ICONS as ACTIVITY_ICONS
from regulars.web.inbox.activities import sentence
from regulars.web.inbox.call_permissions import CallPermission, call_permission_in
from regulars.web.inbox.errors import Explanation, explanation_of, offer_after
from regulars.web.inbox.form_answers import Answer, answers_in
from regulars.web.inbox.lists import ListChoice, State, in_state
from regulars.web.inbox.orders import PricedOrder
from regulars.web.inbox.orders import priced as priced_order
from regulars.web.inbox.priorities import priority_word
from regulars.web.inbox.view_models import (
    ICON_OF_KIND,
    ActivityView,
    Author,
    ConversationRow,
    DeletedBy,
    ErrorView,
    GroupView,
    MediaView,
    MessageView,
    NoteView,
    Preview,
    QuoteView,
    ThreadItem,
)
from regulars.workspaces.access import Actor

register = template.Library()
EMOJI_LANGUAGES = frozenset({"en", "ko", "ru", "th"})
"""those of ``tools/build_assets.mjs``"""

MEDIA_LIFETIME = timedelta(days=7)
"""how long WhatsApp keeps an inbound file (reference: Cloud API, "What changed", 2025-10)"""
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
MOST_ORDER_LINES = 50
MOST_OF_A_TEXT = 1_000
"""characters of which a preview is made"""
_AUTHOR_ICONS = {
    "phone_app": "phone-app",
    "rule": "robot",
    "journey": "journey",
    "broadcast": "broadcast",
    "api": "api",
}


@register.filter
def person(name: str) -> SafeString | str:
    """Numbers keep their order inside right-to-left text."""
    if is_invisible(name):
        return gettext("Invisible name")
    if name.startswith("+"):
        return format_html('<span class="isolate">{}</span>', name)
    return name or pgettext("person", "Unknown")


@register.filter
def conversation_name(row: ConversationRow) -> SafeString | str:
    return group_name(row.group) if row.group else person(row.name)


@register.filter
def group_name(group: GroupView | Group) -> str:
    return group.subject or gettext("Group %(id)s") % {"id": group.short_id}


@register.filter
def failure_title(code: str, channel: str) -> str:
    return facts_of(channel).explain(int(code))["title"] if code.isdigit() else code


@register.filter
def iso(at: datetime | None) -> str:
    """A time for scripts, empty when there is none."""
    return written(at) if at else ""


@register.filter
def speaker(author: Author) -> str:
    """The script puts "You" for the reader."""
    if author.name:
        return gettext("Invisible name") if is_invisible(author.name) else author.name
    return {
        "phone_app": gettext("Phone app"),
        "rule": gettext("Rule"),
        "journey": gettext("Journey"),
        "broadcast": gettext("Broadcast"),
        "api": gettext("API"),
        "contact": gettext("Contact"),
    }.get(author.kind, gettext("Somebody"))


@register.filter
def author_icon(author: Author) -> str:
    return _AUTHOR_ICONS.get(author.kind, "")


@register.filter
def preview_label(shown: Preview) -> str:
    """What happened to the words of a row's second line, or what they are, before the colon."""
    if shown.deleted_by or shown.kind == "reaction":
        return ""
    if shown.answers:
        return gettext("Answered the form")
    return pgettext("before the new wording", "Edited") if shown.is_edited and shown.has_wording else ""


@register.filter
def preview_words(shown: Preview) -> str:
    if shown.deleted_by:
        return _deletion(shown.deleted_by)
    if shown.kind == "reaction":
        return _reaction(shown)
    if shown.answers is not None:
        return _in_one_line(" · ".join(shown.answers)) or gettext("Answered the form")
    return preview_text(shown) if shown.has_wording else gettext("Edited a message")


def _deletion(deleted_by: DeletedBy) -> str:
    return deleted_words(deleted_by) if deleted_by == "phone_app" else gettext("Deleted a message")


def _reaction(shown: Preview) -> str:
    target = shown.reacted_to
    if not shown.text or target is None:
        return reaction_words(shown)
    emoji = shown.text[:40]
    if target.deleted_by:
        return gettext("Reacted %(emoji)s to a deleted message") % {"emoji": emoji}
    said = f"{FIRST_STRONG_ISOLATE}{preview_text(target)}{POP_ISOLATE}"
    return gettext("Reacted %(emoji)s to “%(text)s”") % {"emoji": emoji, "text": said}


@register.filter
def preview_text(shown: Preview | QuoteView) -> str:
    if shown.deleted_by:
        return deleted_words(shown.deleted_by)
    if shown.kind == "reaction":
        return reaction_words(shown)
    if is_invisible(shown.text):
        return gettext("Only invisible characters")
    return _in_one_line(text_marks.without_marks(shown.text[:MOST_OF_A_TEXT])) or kind_word(shown.kind)


def _in_one_line(text: str) -> str:
    return " ".join(text[:MOST_OF_A_TEXT].split())[:160]


@register.filter
def block_word(block: Block) -> str:
    return {
        "blocking": pgettext("of a contact", "Being blocked"),
        "blocked": pgettext("of a contact", "Blocked"),
        "failed": pgettext("of a contact", "Not blocked"),
        "unblocking": pgettext("of a contact", "Being let through"),
        "ended": pgettext("of a contact", "Not blocked any more"),
    }[block.state]


@register.filter
def block_reason(block: Block) -> str:
    return gettext("Spam") if block.reason == "spam" else gettext("Something else")


@register.filter
def deleted_words(deleted_by: DeletedBy) -> str:
    return {
        "contact": gettext("Deleted by the contact"),
        "phone_app": gettext("Deleted from the phone app"),
    }.get(deleted_by, gettext("Deleted by us"))


@register.filter
def reaction_words(shown: Preview | QuoteView | MessageView) -> str:
    if not shown.text:
        return gettext("Took a reaction back")
    return gettext("Reacted with %(emoji)s") % {"emoji": shown.text[:40]}


@register.filter
def kind_word(kind: str) -> str:
    return {
        "image": pgettext("kind of message", "Picture"),
        "video": pgettext("kind of message", "Video"),
        "audio": pgettext("kind of message", "Voice message"),
        "document": pgettext("kind of message", "Document"),
        "sticker": pgettext("kind of message", "Sticker"),
        "location": pgettext("kind of message", "Location"),
        "contacts": pgettext("kind of message", "Contact card"),
        "interactive": pgettext("kind of message", "Choice"),
        "button": pgettext("kind of message", "Button"),
        "order": pgettext("kind of message", "Order"),
        "reaction": pgettext("kind of message", "Reaction"),
        "template": pgettext("kind of message", "Template"),
        "system": pgettext("kind of message", "Notice"),
        "unsupported": pgettext("kind of message", "Unsupported message"),
        "unknown": pgettext("kind of message", "Unknown message"),
    }.get(kind, kind)


@register.filter
def spoken(item: MessageView) -> str:
    """For assistive technology: who, what kind, which state."""
    parts = [speaker(item.author)]
    if item.kind != "text":
        parts.append(kind_word(item.kind))
    if item.direction == "out":
        parts.append(status_word(item.status))
    return ", ".join(parts)


@register.filter
def moments_json(item: MessageView) -> str:
    """Every state with its time, as ``[[word, time], …]`` for the script that writes them."""
    told = [
        [" ".join((status_word(each.status), each.person)).strip(), iso(each.at)] for each in item.moments
    ]
    return json.dumps(told, ensure_ascii=False)


@register.filter
def kind_template(item: MessageView) -> str:
    return f"inbox/kinds/{item.shape}.html"


@register.filter
def media_template(media: MediaView) -> str:
    return f"inbox/kinds/media_{media.kind}.html"


@register.filter
def media_icon(media: MediaView) -> str:
    return ICON_OF_KIND.get(media.kind, "document")


@register.filter
def item_icon(item: MessageView) -> str:
    return ICON_OF_KIND.get(item.kind, "unsupported")


@register.filter
def meta_on_own_line(item: MessageView) -> bool:
    if item.shape == "media":
        return not item.text
    return item.shape != "text" or item.is_emoji_only


@register.filter
def expires_on(media: MediaView) -> str:
    return date_format(media.created_at + MEDIA_LIFETIME, "SHORT_DATE_FORMAT") if media.created_at else ""


@register.simple_tag
def emoji_table() -> str:
    """Where the emoji with their names in the reader's language are; English for languages that have no table."""
    language = get_language() or "en"
    return asset_url(f"emoji-{language if language in EMOJI_LANGUAGES else 'en'}.json")


@register.filter
def marked(text: str) -> SafeString:
    return text_marks.marked(text)


@register.filter
def linked(text: str) -> SafeString:
    return text_marks.linked(text)


@register.filter
def web_address(url: str) -> bool:
    return url.lower().startswith(("https://", "http://"))


@register.filter
def priced(order: ProductOrder) -> PricedOrder:
    return priced_order(order, get_language() or "en", MOST_ORDER_LINES)


@register.filter
def card_day(written: str) -> str:
    try:
        return date_format(date.fromisoformat(written), "DATE_FORMAT")
    except ValueError:
        return written[:40]


@register.filter
def explained(error: ErrorView | None) -> Explanation:
    return explanation_of(error)


@register.filter
def offer(error: ErrorView | None) -> str:
    return offer_after(error)


@register.filter
def map_url(place: Location | OutgoingLocation) -> str:
    latitude, longitude = place.latitude, place.longitude
    if latitude is None or longitude is None or not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return ""
    at = f"{_plain(latitude)}/{_plain(longitude)}"
    query = urlencode({"mlat": _plain(latitude), "mlon": _plain(longitude)})
    return f"https://www.openstreetmap.org/?{query}#map=17/{at}"


@register.filter
def coordinates(place: Location | OutgoingLocation) -> str:
    return f"{_plain(place.latitude or 0)}, {_plain(place.longitude or 0)}"


def _plain(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")


@register.filter
def answers(choice: Choice) -> list[Answer]:
    return answers_in(choice.data)


@register.filter
def call_permission(choice: Choice) -> CallPermission:
    return call_permission_in(choice)


@register.filter
def choice_word(choice: Choice) -> str:
    if choice.kind == "form":
        return pgettext("kind of message", "Form")
    return choice.id[:200] or kind_word("interactive")


@register.filter
def rest_after(items: Sequence[object], count: int) -> int:
    return max(0, len(items) - count)


@register.filter
def template_button_icon(button: Mapping[str, str] | TemplateButton) -> str:
    kind = button.kind if isinstance(button, TemplateButton) else button.get("kind", "")
    return {"url": "external", "phone_number": "phone", "copy_code": "copy", "otp": "copy"}.get(
        kind, "reply-arrow"
    )


@register.filter
def template_button_text(button: Mapping[str, str] | TemplateButton) -> str:
    """A button's label. The button that copies a coupon has none of its own: the phone writes it."""
    text = button.text if isinstance(button, TemplateButton) else button.get("text", "")
    return text or gettext("Copy the code")


@register.filter
def activity_sentence(item: ActivityView) -> str:
    return sentence(item)


@register.filter
def activity_icon(item: ActivityView) -> str:
    return ACTIVITY_ICONS.get(item.kind, "system")


@register.simple_tag
def draw_line(item: ThreadItem) -> SafeString:
    return fragments.draw_line(item)


@register.simple_tag
def draw_row(row: ConversationRow) -> SafeString:
    return fragments.draw_row(row)


@register.filter
def may(actor: Actor | None, permission: str) -> bool:
    return actor is not None and actor.can(permission)


@register.filter
def phone_shown(phone: str) -> str:
    return written_number(phone)


@register.filter
def as_on_card(phone: str) -> str:
    """As somebody wrote it."""
    return shown_number(phone)


@register.filter(name="priority_word")
def in_words(priority: str) -> str:
    return priority_word(priority)


@register.filter
def note_text(item: NoteView) -> SafeString:
    """With whom it names marked: of those whom it really names, whatever else stands behind an @."""
    text = str(marked(item.text))
    for name in sorted(item.named, key=len, reverse=True):
        written = escape(f"@{name}")
        text = text.replace(written, f'<span class="mention">{written}</span>')
    return mark_safe(text)  # noqa: S308 -- both are escaped


@register.simple_tag
def list_url(
    choice: ListChoice,
    *,
    order: Order | None = None,
    tag: UUID | str | None = None,
    state: State | None = None,
) -> str:
    """The same list in another order, under another tab, or narrowed to another tag (empty: to none)."""
    if state is not None:
        return in_state(choice, state).url
    tag = choice.tag if tag is None else str(tag)
    return replace(choice, order=order or choice.order, tag=tag).url


@register.filter
def first_buttons(buttons: Sequence[object]) -> Sequence[object]:
    """The phone shows up to three buttons; of more it shows two and "See all options"."""
    return buttons if len(buttons) <= 3 else buttons[:2]


@register.filter
def category_word(category: str) -> str:
    return {
        "MARKETING": pgettext("template category", "Marketing"),
        "UTILITY": pgettext("template category", "Utility"),
        "AUTHENTICATION": pgettext("template category", "Authentication"),
    }.get(category.upper(), category)


@register.filter
def variable_label(name: str) -> str:
    return (
        gettext("Value %(number)s") % {"number": name}
        if name.isdigit()
        else name.replace("_", " ").capitalize()
    )


@register.simple_tag
def extra_forms(limits: Mapping[str, int]) -> SafeString:
    """Made once for everybody who reads the language."""
    return _extra_forms(get_language(), tuple(limits.items()))


@cache
def _extra_forms(_language: str, limits: tuple[tuple[str, int], ...]) -> SafeString:
    return render_to_string("inbox/_extra_forms.html", {"limits": dict(limits)})
