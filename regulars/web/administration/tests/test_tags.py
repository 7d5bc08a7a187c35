"""The settings page of tags."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.contacts.operations.tagging import set_contact_tags
from regulars.tags.models import Tag
from regulars.tags.operations import tags_named
from regulars.web.administration.views.tags import PAGE_SIZE
from regulars.workspaces.models import AuditEntry, Member
from tests.cast import Cast

SignIn = Callable[[Member], Client]


def _opened(response: Any) -> list[str]:
    context = response.context
    dialogs = [*context.get("dialogs", []), *filter(None, [context.get("new_tag")])]
    assert response.status_code == 422
    return [str(dialog.title) for dialog in dialogs if dialog.is_open]


def test_a_tag_is_made_once_changed_merged_and_removed(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.lead)
    new = {"name": "VIP", "color": "green", "description": "often"}
    assert client.post("/settings/tags/new", new)["Location"] == "/settings/tags"
    assert _opened(client.post("/settings/tags/new", {**new, "name": "\uff36\uff29\uff30"})) == ["New tag"]
    tag = Tag.objects.get()
    other, third = tags_named(cast.workspace.id, ["other", "third"], by=cast.actor())
    path = f"/settings/tags/{tag.id}"
    assert _opened(client.post(f"{path}/change", {"name": "other", "color": "red"})) == ["Change VIP"]
    assert client.post(f"{path}/change", {"name": "Vip", "color": "red"})["Location"] == path
    assert _opened(client.post(f"{path}/merge", {"into": ""})) == ["Merge Vip into another tag"]
    set_contact_tags(cast.alice, ["vip"], by=cast.actor())
    assert "It is taken off 1 contact or conversation." in client.get(path).content.decode()
    assert client.post(f"{path}/merge", {"into": str(other.id)})["Location"] == f"/settings/tags/{other.id}"
    assert client.get(path).status_code == 404
    assert client.post(f"/settings/tags/{third.id}/removal")["Location"] == "/settings/tags"
    verbs = AuditEntry.objects.filter(object_kind="tag", actor_id=cast.lead.id).order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == [
        "tags:create",
        "tags:change",
        "tags:merge",
        "tags:remove",
    ]


def test_many_are_found_and_come_in_pages(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.lead)
    assert "No tags yet" in client.get("/settings/tags").content.decode()
    names = [f"tag {number:03}" for number in range(PAGE_SIZE)]
    tags_named(cast.workspace.id, names[:1], by=cast.actor())
    with CaptureQueriesContext(connection) as few:
        client.get("/settings/tags")
    tags_named(cast.workspace.id, [*names, "the last"], by=cast.actor())
    set_contact_tags(cast.alice, names[:5], by=cast.actor())
    with CaptureQueriesContext(connection) as many:
        first = client.get("/settings/tags")
    assert len(many) == len(few)
    assert [row["tag"].name for row in first.context["rows"]] == names
    second = client.get(f"/settings/tags{first.context['next_url']}")
    assert [row["tag"].name for row in second.context["rows"]] == ["the last"]
    assert "First page" in second.content.decode()
    assert [row["tag"].name for row in client.get("/settings/tags?q=LAST").context["rows"]] == ["the last"]
    assert "Nothing found for" in client.get("/settings/tags?q=nothing").content.decode()


def test_agents_look_and_do_not_change(cast: Cast, sign_in: SignIn) -> None:
    (tag,) = tags_named(cast.workspace.id, ["vip"], by=cast.actor())
    client = sign_in(cast.agent)
    for path in ("/settings/tags", f"/settings/tags/{tag.id}"):
        html = client.get(path).content.decode()
        assert ("vip" in html, 'data-dialog="change-tag' in html, 'data-dialog="new-tag' in html) == (
            True,
            False,
            False,
        )
    for act in ("new", f"{tag.id}/change", f"{tag.id}/merge", f"{tag.id}/removal"):
        assert client.post(f"/settings/tags/{act}", {"name": "x", "color": "red"}).status_code == 403
