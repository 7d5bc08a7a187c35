"""What becomes of a template: review, pauses, quality, categories; each change with its webhook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whatsapp_sandbox.graph.template_checks import sounds_promotional
from whatsapp_sandbox.model import Template
from whatsapp_sandbox.webhooks.envelope import Update

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

PAUSES = (("FIRST_PAUSE", 3 * 3600.0), ("SECOND_PAUSE", 6 * 3600.0))
REJECTIONS = {
    "INVALID_FORMAT": (
        "The template's format is not valid.",
        "Check variables, samples and special characters.",
    ),
    "PROMOTIONAL": ("The text is promotional for its category.", "Choose the category MARKETING."),
    "ABUSIVE_CONTENT": ("The text may offend.", "Write it again without such words."),
    "INCORRECT_CATEGORY": ("The category does not fit.", "Choose the category that fits the text."),
    "SCAM": ("The text looks like fraud.", "Say who you are and what it is about."),
    "TAG_CONTENT_MISMATCH": ("The language does not fit the text.", "Choose the language of the text."),
}


def submit(sandbox: Sandbox, template: Template) -> None:
    review = sandbox.switches.templates
    template.status = "PENDING"
    if review.decision != "manual":
        sandbox.scheduler.after(sandbox.delay(review.delay), _decide, sandbox, template)


def _decide(sandbox: Sandbox, template: Template) -> None:
    review = sandbox.switches.templates
    if template.status != "PENDING" or template.id not in sandbox.templates:
        return
    if review.decision == "reject":
        reject(sandbox, template, review.rejection)
        return
    promotional = review.recategorize_promotions and sounds_promotional(template.components)
    if template.category == "UTILITY" and (review.decision == "recategorize" or promotional):
        recategorize(sandbox, template, "MARKETING")
    approve(sandbox, template)


def approve(sandbox: Sandbox, template: Template) -> None:
    template.status, template.rejected_reason = "APPROVED", None
    _tell(sandbox, template, "APPROVED", reason="NONE")


def reject(sandbox: Sandbox, template: Template, reason: str) -> None:
    template.status, template.rejected_reason = "REJECTED", reason
    why, advice = REJECTIONS.get(reason, REJECTIONS["INVALID_FORMAT"])
    info = {"reason": why, "recommendation": advice}
    _tell(sandbox, template, "REJECTED", reason=reason, rejection_info=info)


def recategorize(sandbox: Sandbox, template: Template, category: str) -> None:
    template.previous_category, template.category = template.category, category
    about = {"previous_category": template.previous_category, "new_category": category}
    _post(sandbox, template, "template_category_update", about)


def announce_category(sandbox: Sandbox, template: Template, category: str) -> None:
    """In 24 hours it becomes ``category``; until then ``new_category`` names the current one."""
    when = sandbox.now() + 24 * 3600
    about = {
        "correct_category": category,
        "new_category": template.category,
        "category_update_timestamp": int(when),
    }
    _post(sandbox, template, "template_category_update", about)
    sandbox.scheduler.at(when, recategorize, sandbox, template, category, counted=False)


def set_quality(sandbox: Sandbox, template: Template, score: str) -> None:
    """RED climbs the pause ladder: 3 hours, 6 hours, disabled."""
    before, template.quality = template.quality, score
    _post(
        sandbox,
        template,
        "message_template_quality_update",
        {"previous_quality_score": before, "new_quality_score": score},
    )
    if score == "RED" and template.status == "APPROVED":
        pause(sandbox, template)


def pause(sandbox: Sandbox, template: Template) -> None:
    if template.pauses >= len(PAUSES):
        disable(sandbox, template)
        return
    title, seconds = PAUSES[template.pauses]
    template.pauses += 1
    template.status = "PAUSED"
    other = {
        "title": title,
        "description": f"Paused for {int(seconds // 3600)} hours because of low quality.",
    }
    _tell(sandbox, template, "PAUSED", reason="NONE", other_info=other)
    sandbox.scheduler.after(seconds, unpause, sandbox, template, counted=False)


def unpause(sandbox: Sandbox, template: Template) -> None:
    if template.status == "PAUSED":
        template.status = "APPROVED"
        other = {"title": "UNPAUSE", "description": "The template can be sent again."}
        _tell(sandbox, template, "APPROVED", reason="NONE", other_info=other)


def disable(sandbox: Sandbox, template: Template) -> None:
    template.status = "DISABLED"
    _tell(
        sandbox,
        template,
        "DISABLED",
        reason="NONE",
        other_info={"title": "DISABLED", "description": "Disabled because of low quality."},
        disable_info={"disable_date": int(sandbox.now())},
    )


def announce(sandbox: Sandbox, template: Template, event: str) -> None:
    """FLAGGED, REINSTATED, ARCHIVED, LOCKED, PENDING_DELETION and so on."""
    _tell(sandbox, template, event, reason="NONE")


def announce_components(sandbox: Sandbox, template: Template) -> None:
    about: dict[str, Any] = {}
    for component in template.components:
        kind = str(component.get("type", "")).upper()
        if kind == "BODY":
            about["message_template_element"] = component.get("text", "")
        elif kind == "HEADER" and component.get("text"):
            about["message_template_title"] = component["text"]
        elif kind == "FOOTER":
            about["message_template_footer"] = component.get("text", "")
        elif kind == "BUTTONS":
            about["message_template_buttons"] = [_button(button) for button in component.get("buttons", [])]
    _post(sandbox, template, "message_template_components_update", about)


def _button(button: dict[str, Any]) -> dict[str, Any]:
    shown = {
        "message_template_button_type": button.get("type"),
        "message_template_button_text": button.get("text"),
    }
    if button.get("url"):
        shown["message_template_button_url"] = button["url"]
    if button.get("phone_number"):
        shown["message_template_button_phone_number"] = button["phone_number"]
    return shown


def _tell(sandbox: Sandbox, template: Template, event: str, **about: Any) -> None:
    head = {"event": event, "message_template_category": template.category}
    _post(sandbox, template, "message_template_status_update", head | about)


def _post(sandbox: Sandbox, template: Template, field: str, about: dict[str, Any]) -> None:
    value = {
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language,
    } | about
    sandbox.outbox.add(Update(template.waba_id, field, value, time=int(sandbox.now())))
    sandbox.feed.add("template", template=template.id)
