"""What changes saved views and macros, and what runs a macro; the tables of screens and REST take it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from regulars.macros.models import Macro
from regulars.macros.operations import MacroDraft, create_macro, remove_macro
from regulars.saved_views.models import SavedView
from regulars.saved_views.operations import ViewDraft, create_view, remove_view

from .building import Where

if TYPE_CHECKING:
    from .screens import Stage

URGENT = {"all": [{"field": "conversation.priority", "op": "is", "value": "urgent"}]}
STEPS = [{"do": "tag", "tags": ["vip"]}, {"do": "note", "text": "Asked"}]
ROWS: dict[str, Any] = {"step": ["tag", "note"], "value": ["vip", "Asked"], "more": ["", ""]}


def _view(stage: Stage) -> SavedView:
    create_view(ViewDraft("First", audience="all"), by=stage.cast.actor())
    return create_view(ViewDraft("Urgent", URGENT, audience="all"), by=stage.cast.actor())


def _removed_view(stage: Stage) -> SavedView:
    view = _view(stage)
    remove_view(view, by=stage.cast.actor())
    return view


def _macro(stage: Stage) -> Macro:
    return create_macro(MacroDraft("Refund", STEPS, "all"), by=stage.cast.actor())


def _removed_macro(stage: Stage) -> Macro:
    macro = _macro(stage)
    remove_macro(macro, by=stage.cast.actor())
    return macro


def _on_view(
    end: str, make: Callable[[Stage], SavedView] = _view, **said: object
) -> Callable[[Stage], Where]:
    return lambda stage: (f"/settings/views/{make(stage).id}/{end}", said)


def _on_macro(end: str, make: Callable[[Stage], Macro] = _macro, **said: object) -> Callable[[Stage], Where]:
    return lambda stage: (f"/settings/macros/{make(stage).id}/{end}", said)


SCREENS: Mapping[str, Callable[[Stage], Where]] = {
    "add-view": lambda _stage: (
        "/settings/views/add",
        {"name": "Urgent", "order": "newest", "audience": "all"},
    ),
    "change-view": _on_view("change", name="Hot", order="newest", audience="all"),
    "move-view": _on_view("move", place="0"),
    "count-view": _on_view("count", counted="yes"),
    "remove-view": _on_view("removal"),
    "restore-view": _on_view("restoration", _removed_view),
    "add-macro": lambda _stage: ("/settings/macros/add", {"name": "Refund", "audience": "all", **ROWS}),
    "change-macro": _on_macro("change", name="Refunds", audience="all", **ROWS),
    "remove-macro": _on_macro("removal"),
    "restore-macro": _on_macro("restoration", _removed_macro),
    "run-macro": lambda stage: (
        f"/conversations/{stage.conversation.id}/macro",
        {"macro": str(_macro(stage).id)},
    ),
    "run-macro-on-some": lambda stage: (
        "/macros/run",
        {"macro": str(_macro(stage).id), "conversation": str(stage.conversation.id)},
    ),
    "run-macro-on-list": lambda stage: ("/macros/in/open", {"macro": str(_macro(stage).id)}),
}

ONLY_SHOWN = frozenset(
    {"saved-views", "new-view", "saved-view", "macros", "new-macro", "macro", "macro-choices"}
)

CALLS: Mapping[str, Callable[[Stage], Where]] = {
    "POST /views": lambda _stage: ("/views", {"name": "Urgent", "conditions": URGENT}),
    "PATCH /views/{view_id}": lambda stage: (f"/views/{_view(stage).id}", {"name": "Hot"}),
    "DELETE /views/{view_id}": lambda stage: (f"/views/{_view(stage).id}", {}),
    "POST /views/{view_id}/restore": lambda stage: (f"/views/{_removed_view(stage).id}/restore", {}),
    "POST /views/{view_id}/place": lambda stage: (f"/views/{_view(stage).id}/place", {}),
    "POST /macros": lambda _stage: ("/macros", {"name": "Refund", "steps": STEPS}),
    "PATCH /macros/{macro_id}": lambda stage: (f"/macros/{_macro(stage).id}", {"name": "Refunds"}),
    "DELETE /macros/{macro_id}": lambda stage: (f"/macros/{_macro(stage).id}", {}),
    "POST /macros/{macro_id}/restore": lambda stage: (f"/macros/{_removed_macro(stage).id}/restore", {}),
    "POST /macros/{macro_id}/run": lambda stage: (
        f"/macros/{_macro(stage).id}/run",
        {"conversations": [str(stage.conversation.id)]},
    ),
}
