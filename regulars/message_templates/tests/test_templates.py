"""The synced list of templates, and what the platform says changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from regulars.inboxes.ports import TemplateChange
from regulars.kernel.errors import NotAllowed, NotFound
from regulars.kernel.models import Event
from regulars.message_templates.access import access_template, templates_visible_to
from regulars.message_templates.models import MessageTemplate
from regulars.message_templates.operations import apply_template_change, replace_templates
from regulars.workspaces.access import system_actor
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def _listed(name: str, **facts: Any) -> dict[str, Any]:
    return {
        "id": f"id-{name}",
        "name": name,
        "language": "en",
        "category": "UTILITY",
        "status": "APPROVED",
        "components": [{"type": "BODY", "text": "Hi"}],
        **facts,
    }


def _change(change: str, new_value: str = "", **facts: Any) -> TemplateChange:
    values = {"provider_template_id": "id-a", "name": "a", "language": "en", **facts}
    return TemplateChange(change=change, path="", dedup_key="", new_value=new_value, **values)  # type: ignore[arg-type]


def _one(cast: Cast) -> MessageTemplate:
    return MessageTemplate.objects.get(connection=cast.connection, name="a")


def test_the_list_becomes_the_accounts(cast):
    assert replace_templates(cast.connection, [_listed("a"), _listed("b", parameter_format="named")]) == 2
    Event.objects.all().delete()
    replace_templates(
        cast.connection,
        [_listed("b", quality_score={"score": "GREEN"}), _listed("c", rejected_reason="NONE")],
    )
    rows = MessageTemplate.objects.order_by("name").values_list(
        "name", "is_gone", "quality", "parameter_format"
    )
    assert list(rows) == [
        ("a", True, "", "POSITIONAL"),
        ("b", False, "GREEN", "POSITIONAL"),
        ("c", False, "", "POSITIONAL"),
    ]
    assert list(Event.objects.values_list("kind", flat=True)) == ["TemplatesSynced"]
    replace_templates(cast.connection, [_listed("a")])
    assert _one(cast).is_gone is False


def test_another_accounts_list_stays(cast):
    replace_templates(cast.stranger.connection, [_listed("theirs")])
    replace_templates(cast.connection, [])
    assert MessageTemplate.objects.get().is_gone is False


@pytest.mark.parametrize(
    ("change", "field", "value", "told"),
    [
        (_change("status", "PAUSED", reason="quality"), "status", "PAUSED", "TemplateReviewed"),
        (_change("quality", "RED"), "quality", "RED", "TemplateRated"),
        (_change("category", "MARKETING"), "category", "MARKETING", "TemplateRecategorized"),
        (
            _change("category_notice", "UTILITY", details="becomes MARKETING"),
            "reason",
            "becomes MARKETING",
            "TemplateRecategorized",
        ),
    ],
)
def test_a_change_is_applied_and_told(cast, change, field, value, told):
    replace_templates(cast.connection, [_listed("a"), _listed("b")])
    Event.objects.all().delete()
    apply_template_change(cast.connection, change)
    assert getattr(_one(cast), field) == value
    assert list(Event.objects.values_list("kind", flat=True)) == [told]


def test_a_template_is_found_by_name_and_either_spelling_of_its_language(cast):
    replace_templates(cast.connection, [_listed("a", language="en_US")])
    apply_template_change(
        cast.connection, _change("status", "PAUSED", provider_template_id="", language="en-US")
    )
    assert _one(cast).status == "PAUSED"


def test_an_unknown_template_changes_nothing(cast):
    replace_templates(cast.stranger.connection, [_listed("a")])
    Event.objects.all().delete()
    apply_template_change(cast.connection, _change("status", "PAUSED"))
    assert (MessageTemplate.objects.get().status, Event.objects.count()) == ("APPROVED", 0)


def test_the_door_opens_for_readers_of_the_workspace_and_to_what_the_account_lists(cast: Cast) -> None:
    replace_templates(cast.connection, [_listed("a")])
    agent, template, account = cast.actor(cast.agent), _one(cast), cast.connection.id
    assert access_template(agent, template.id, connection_id=account) == template
    stranger = system_actor(uuid4(), "elsewhere")
    for actor, wanted, connection_id in (
        (agent, None, account),
        (agent, uuid4(), account),
        (agent, template.id, uuid4()),
        (stranger, template.id, account),
    ):
        with pytest.raises(NotFound):
            access_template(actor, wanted, connection_id=connection_id)
    with pytest.raises(NotAllowed):
        access_template(replace(agent, permissions=frozenset()), template.id, connection_id=account)
    replace_templates(cast.connection, [])
    with pytest.raises(NotFound):
        access_template(agent, template.id, connection_id=account)
    assert [each.id for each in templates_visible_to(agent)] == [template.id]
