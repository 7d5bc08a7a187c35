"""How one person reads the screens and which keys they press. It is theirs on every device."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kernel.errors import Invalid
from regulars.workspaces.models import DENSITIES, THEMES, UNDO_SECONDS, User

MOST_SHORTCUTS = 100
_COMMAND = re.compile(r"[a-z][a-z-]{0,39}")
_KEY = re.compile(r"(?:(?:Mod|Alt|Shift)\+){0,3}(?:[^\s\x00-\x1f]|F\d{1,2})")


def keep_looks(
    user: User, *, theme: str = "", density: str = "", language: str = "", time_zone: str = ""
) -> None:
    """What is empty, or no choice, stays as it is. Languages and zones come checked."""
    chosen = {
        "theme": theme if theme in THEMES else "",
        "density": density if density in DENSITIES else "",
        "language": language,
        "time_zone": time_zone,
    }
    changed = {name: value for name, value in chosen.items() if value}
    if changed:
        User.objects.filter(id=user.id).update(**changed)


def switch_single_keys(user: User, *, on: bool) -> None:
    """Keys pressed alone (WCAG 2.2, 2.1.4)."""
    User.objects.filter(id=user.id).update(single_keys=on)


def choose_undo_time(user: User, seconds: int) -> None:
    """For how long what they send may be taken back."""
    if seconds not in UNDO_SECONDS:
        raise Invalid(_("Choose one of the times"), fields={"undo_send": "0, 5, 10"})
    User.objects.filter(id=user.id).update(undo_send_seconds=seconds)


@transaction.atomic
def change_shortcut(user: User, command: str, key: str | None) -> None:
    """Another key for a command; empty for none, ``None`` for the usual one again.

    Which commands there are and which keys are free only the screen knows; here a shortcut has the form of one, such
    as ``X`` or ``Alt+Shift+X``. Raises ``Invalid`` for anything else.
    """
    _check_shortcut(command, key or "")
    known = User.objects.select_for_update().only("shortcuts").get(id=user.id)
    known.shortcuts.pop(command, None)
    if key is not None and len(known.shortcuts) < MOST_SHORTCUTS:
        known.shortcuts[command] = key
    known.save(update_fields=["shortcuts"])


def choose_shortcuts(user: User, shortcuts: Mapping[str, str]) -> None:
    """All of them at once, by command: those of a preset; none for the usual ones. Raises ``Invalid``."""
    if len(shortcuts) > MOST_SHORTCUTS:
        raise Invalid(_("This is no shortcut"), fields={"shortcuts": f"at most {MOST_SHORTCUTS}"})
    for command, key in shortcuts.items():
        _check_shortcut(command, key)
    User.objects.filter(id=user.id).update(shortcuts=dict(shortcuts))


def _check_shortcut(command: str, key: str) -> None:
    if not _COMMAND.fullmatch(command) or (key and not _KEY.fullmatch(key)):
        raise Invalid(_("This is no shortcut"), fields={"shortcut": "a command", "key": "X, or Alt+X"})
