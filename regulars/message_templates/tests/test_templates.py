"""The synced list of templates, and what the platform says changed."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.inboxes.ports import TemplateChange
from regulars.kernel.models import Event
from regulars.message_templates.models import MessageTemplate
from regulars.message_templates.operations import apply_template_change, replace_templates
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
