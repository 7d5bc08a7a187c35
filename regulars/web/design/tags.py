"""Template tags of the component set. Load with ``{% load design %}``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from django import template
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext_lazy

from regulars.kernel.ids import new_id
from regulars.web.design.assets import asset_url
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.design.people import initials_of, tone_of
from regulars.web.design.tables import Column
from regulars.web.strings import strings_version

register = template.Library()

DIRECTIONAL = frozenset(json.loads(Path(__file__).with_name("directional.json").read_text()))
"""icons that turn with the direction of reading; the scripts read the same list"""
_STATUS_WORDS = {
    "queued": pgettext_lazy("message state", "Queued"),
    "sending": pgettext_lazy("message state", "Sending"),
    "accepted": pgettext_lazy("message state", "Accepted"),
    "sent": pgettext_lazy("message state", "Sent"),
    "delivered": pgettext_lazy("message state", "Delivered"),
    "read": pgettext_lazy("message state", "Read"),
    "played": pgettext_lazy("message state", "Played"),
    "failed": pgettext_lazy("message state", "Not delivered"),
    "refused": pgettext_lazy("message state", "Refused"),
    "unknown": pgettext_lazy("message state", "Result unknown"),
    "deleted": pgettext_lazy("message state", "Deleted"),
    "warning": pgettext_lazy("message state", "Warning"),
}


@register.simple_tag
def asset(name: str) -> str:
    return asset_url(name)


@register.simple_tag
def strings_url(language: str) -> str:
    """Another one whenever a word of them changes."""
    return f"{reverse('strings', args=[language])}?v={strings_version(language)}"


@register.simple_tag
def sprite() -> str:
    return asset_url("icons.svg")


@register.filter
def unlocalized(count: int) -> str:
    """For attributes that machines read: no separators."""
    return str(count)


@register.simple_tag
def intent() -> SafeString:
    """The id of what a form asks for: sent twice, it has one effect (``web.intents``)."""
    return format_html('<input type="hidden" name="id" value="{}" data-intent>', new_id())


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """Hidden from assistive technology; the control around it carries the name."""
    return _icon(name, size)


@cache
def _icon(name: str, size: str) -> SafeString:
    classes = " ".join(filter(None, ("icon", size, "directional" if name in DIRECTIONAL else "")))
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', classes, asset_url("icons.svg"), name
    )


@register.inclusion_tag("design/button/icon_button.html")
def icon_button(icon: str, label: str, **settings: str) -> dict[str, object]:
    """Always named, with the shortcut in its tooltip.

    ``settings``: class, type, key, command (an entry of the keyboard table), controls (popover id), dialog (id).
    """
    return {**settings, "icon_markup": _icon(icon, ""), "label": label}


@register.inclusion_tag("design/form_dialog/form_dialog.html")
def form_dialog(dialog: FormDialog) -> dict[str, object]:
    return {"dialog": dialog}


@register.simple_block_tag
def data_table(
    content: str,
    label: str,
    *named: str,
    columns: Iterable[Column] = (),
    acts: bool = True,
    stacked: bool = True,
    more: str = "",
) -> SafeString:
    """What it is called, its columns (by name, or as ``columns``), its rows inside.

    ``acts``: the last cell of each row holds buttons. On a narrow screen a row becomes a card; with ``stacked=False``
    the table is scrolled instead. ``more``: classes.
    """
    heads = [*map(Column, named), *columns]
    if acts:
        heads.append(Column(gettext("Actions"), is_hidden=True))
    context = {"content": content, "label": label, "columns": heads, "stacked": stacked, "more": more}
    return mark_safe(render_to_string("design/data_table/data_table.html", context))  # noqa: S308 -- a template's


@register.inclusion_tag("design/avatar/avatar.html")
def avatar(
    name: str, seed: object, size: str = "", channel: str = "", icon: str = "contact"
) -> dict[str, object]:
    return {
        "initials": initials_of(name),
        "tone": tone_of(str(seed)),
        "size": size,
        "channel": channel,
        "icon_markup": _icon(icon, ""),
        "badge_markup": _icon("phone", ""),
    }


def written(at: datetime) -> str:
    """A point in time as scripts read it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@register.simple_tag
def moment(at: datetime | None, form: str = "time") -> SafeString | str:
    """The browser writes it in the reader's zone and language.

    ``form``: time (14:02), day, full and second (the day when it is not today, and the time), exact (with the zone),
    ago (3 hours ago, on Friday), waited (3 h), coming (day and time to come), or stamp (time today, else date).
    """
    if at is None:
        return ""
    utc = at.astimezone(UTC)
    return format_html(
        '<time datetime="{}" data-form="{}">{}</time>',
        written(utc),
        form,
        utc.strftime("%H:%M" if form == "time" else "%Y-%m-%d %H:%M"),
    )


@register.simple_tag
def keys(shortcut: str) -> SafeString:
    caps = (format_html('<kbd class="key">{}</kbd>', cap) for cap in shortcut.split("+"))
    return mark_safe("".join(caps))  # noqa: S308 -- every part is escaped above


@register.filter
def dressed(field: BoundField) -> SafeString:
    kind = {"select": "select", "textarea": "textarea", "checkbox": "checkbox"}.get(
        getattr(field.field.widget, "input_type", "") or field.widget_type, "input"
    )
    attributes: dict[str, str | bool] = {"class": kind}
    if field.errors:
        attributes["aria-invalid"] = "true"
    return mark_safe(field.as_widget(attrs=attributes))  # noqa: S308 -- Django escaped it


@register.filter
def file_size(byte_count: int | None) -> str:
    """812 B, 34 kB, 2.4 MB."""
    if byte_count is None:
        return ""
    if byte_count < 1000:
        return gettext("%(count)d B") % {"count": byte_count}
    if byte_count < 1_000_000:
        return gettext("%(count)d kB") % {"count": round(byte_count / 1000)}
    return gettext("%(count)s MB") % {"count": number_format(byte_count / 1_000_000, 1)}


@register.filter
def duration(seconds: int) -> str:
    """45 s, 12 min, 2 h 5 min, 3 d 4 h."""
    minutes, rest = divmod(seconds, 60)
    hours, days = minutes // 60, minutes // (24 * 60)
    if days:
        said = gettext("%(days)d d %(hours)d h") if hours % 24 else gettext("%(days)d d")
    elif hours:
        said = gettext("%(hours)d h %(minutes)d min") if minutes % 60 else gettext("%(hours)d h")
    else:
        said = gettext("%(minutes)d min") if minutes else gettext("%(seconds)d s")
    return said % {"days": days, "hours": hours % 24, "minutes": minutes % 60, "seconds": rest}


@register.filter
def status_word(status: str) -> str:
    return str(_STATUS_WORDS.get(status, status))
