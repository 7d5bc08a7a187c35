"""A note is put in other words by its author, for an hour, and says that it was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.attention.models import NoteWording
from regulars.attention.operations import editing
from regulars.attention.operations.editing import EDITABLE_FOR, edit_note
from regulars.attention.operations.mentioning import Named, leave_note
from regulars.attention.queries import attach_mentions, earlier_wordings
from regulars.conversations.models import Note
from regulars.conversations.operations.handling import withdraw_note
from regulars.kernel import clock
from regulars.kernel.errors import Conflict, Invalid, NotAllowed
from regulars.kernel.models import Event
from tests.cast import ALICE, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def note(cast: Cast) -> Note:
    named = [Named("member", cast.mate.id)]
    return leave_note(cast.hears(ALICE, "hello"), "@Mate look", named, by=cast.actor(cast.agent)).note


def kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def test_the_new_words_stand_there_and_the_old_ones_are_kept(cast: Cast, note: Note):
    by = cast.actor(cast.agent)
    Event.objects.all().delete()
    edit_note(note, "@Mate look, please", by=by)
    edit_note(note, " @Mate look, please ", by=by)
    edit_note(note, "never mind", by=by)
    assert kinds() == ["NoteEdited", "NoteEdited"]
    (now,) = Note.objects.all()
    attach_mentions([now])
    assert now.text == "never mind"
    assert [each.text for each in now.wordings] == ["@Mate look", "@Mate look, please"]  # type: ignore[attr-defined]
    assert [each.kind for each in now.mentioned] == ["member"]  # type: ignore[attr-defined]
    withdraw_note(now, by=by)
    assert list(earlier_wordings(now)) == []


def test_nobody_else_edits_it(cast: Cast, note: Note):
    for by in (cast.actor(cast.owner), cast.token_actor("admin")):
        with pytest.raises(NotAllowed):
            edit_note(note, "other words", by=by)
    assert not NoteWording.objects.exists()


def test_it_is_editable_for_an_hour_while_it_stands(cast: Cast, note: Note, monkeypatch: pytest.MonkeyPatch):
    by = cast.actor(cast.agent)
    with clock.frozen_at(note.created_at + EDITABLE_FOR):
        edit_note(note, "just in time", by=by)
    with clock.frozen_at(note.created_at + EDITABLE_FOR + timedelta(seconds=1)), pytest.raises(Conflict):
        edit_note(note, "too late", by=by)
    with pytest.raises(Invalid):
        edit_note(note, "   ", by=by)
    monkeypatch.setattr(editing, "MOST_WORDINGS", 1)
    with pytest.raises(Conflict):
        edit_note(note, "once more", by=by)
    withdraw_note(note, by=by)
    with pytest.raises(Conflict):
        edit_note(note, "after all", by=by)
    assert [each.text for each in NoteWording.objects.all()] == ["@Mate look"]
