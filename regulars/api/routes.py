"""Every route of ``/api/v1``: method, path, function, permission. The table of contents of the REST face.

What a role may do stands in its row, of the built-in ones in ``workspaces/permissions.py``; which objects it sees,
in the rooms' ``access.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from regulars.api.dispatch import ANY_TOKEN, Route
from regulars.api.resources import (
    acts,
    audit,
    availability,
    business_hours,
    case_categories,
    cases,
    conditions,
    contacts,
    conversations,
    deliveries,
    episodes,
    exports,
    history,
    inboxes,
    jobs,
    ledger,
    macros,
    mail,
    media,
    members,
    merges,
    message_templates,
    messages,
    notifications,
    quick_replies,
    roles,
    routing,
    saved_views,
    scheduled_messages,
    search,
    second_factor,
    segments,
    taggings,
    tags,
    teams,
    tokens,
)

CREATED, ACCEPTED, NO_CONTENT = HTTPStatus.CREATED, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT
GUARDRAILS = (
    "reply-window-closed",
    "opted-out",
    "promotion-in-group",
    "not-for-groups",
    "inbox-paused",
    "limit-exceeded",
)
JOB_PROBLEMS = ("conflict", "not-allowed")
"""everybody has jobs of their own; each kind has its permission"""
SENDING = (*GUARDRAILS, "media-not-ready", "template-not-usable", "template-values-missing", "no-reaction")

ANSWERING = ("answered-meanwhile", "being-answered")
"""with ``last_answer`` only"""

# fmt: off
ROUTES: tuple[Route, ...] = (
    Route("GET", "/me", tokens.get_me, ANY_TOKEN),
    Route("GET", "/me/permissions", tokens.get_permissions, ANY_TOKEN),
    Route("GET", "/me/availability", availability.get_own_availability, ANY_TOKEN, problems=("not-found",)),
    Route("PATCH", "/me/availability", availability.choose_own_availability, "conversations:assign",
          problems=("not-found",)),

    Route("GET", "/me/notification-settings", notifications.get_notification_settings, "conversations:read",
          problems=("not-found",)),
    Route("PATCH", "/me/notification-settings", notifications.change_notification_settings, "conversations:read",
          problems=("not-found",)),
    Route("GET", "/notifications", notifications.list_notifications, "conversations:read", problems=("not-found",)),
    Route("POST", "/notifications/read", notifications.mark_seen, "conversations:read", problems=("not-found",)),

    Route("GET", "/ledger", ledger.get_ledger, "ledger:read"),

    Route("GET", "/search", search.search, "conversations:read"),

    Route("GET", "/contacts", contacts.list_contacts, "contacts:read"),
    Route("POST", "/contacts", contacts.create_contact, "contacts:edit", CREATED, ("contact-exists",)),
    Route("GET", "/contacts/{contact_id}", contacts.get_contact, "contacts:read"),
    Route("PATCH", "/contacts/{contact_id}", contacts.change_contact, "contacts:edit"),
    Route("DELETE", "/contacts/{contact_id}", contacts.delete_contact, "contacts:delete", NO_CONTENT),

    Route("GET", "/contacts/{contact_id}/taggings", taggings.list_contact_taggings, "contacts:read"),
    Route("POST", "/contacts/{contact_id}/taggings", taggings.tag_contact, "contacts:edit", CREATED),
    Route("DELETE", "/contacts/{contact_id}/taggings/{tag}", taggings.untag_contact, "contacts:edit", NO_CONTENT),

    Route("GET", "/contacts/{contact_id}/history", history.list_contact_history, "contacts:read"),
    Route("GET", "/contacts/{contact_id}/explanation", conditions.explain_contact, "contacts:read"),
    Route("GET", "/condition-fields", conditions.list_condition_fields, "contacts:read"),
    Route("POST", "/segments/preview", segments.preview_segment, "contacts:read"),
    Route("POST", "/contacts/{contact_id}/merge", merges.merge_contact, "contacts:merge", problems=("conflict",)),
    Route("GET", "/contacts/{contact_id}/export", merges.export_contact, "contacts:export",
          problems=("conflict",)),
    Route("POST", "/exports", exports.start, "contacts:export", ACCEPTED, ("not-found",)),
    Route("GET", "/exports/{export_id}/content", exports.get_content, "contacts:export"),
    Route("GET", "/merges", merges.list_merges, "contacts:merge"),
    Route("POST", "/merges/{merge_id}/undo", merges.undo_merge, "contacts:merge", problems=("conflict",)),
    Route("GET", "/merge-suggestions", merges.list_merge_suggestions, "contacts:merge"),
    Route("POST", "/merge-suggestions/{suggestion_id}/accept", merges.accept_merge_suggestion, "contacts:merge",
          problems=("conflict",)),
    Route("POST", "/merge-suggestions/{suggestion_id}/dismiss", merges.dismiss_merge_suggestion, "contacts:merge",
          NO_CONTENT),
    Route("POST", "/merge-suggestions/{suggestion_id}/reopen", merges.reopen_merge_suggestion, "contacts:merge",
          NO_CONTENT),

    Route("GET", "/conversations", conversations.list_conversations, "conversations:read"),
    Route("GET", "/conversations/{conversation_id}", conversations.get_conversation, "conversations:read"),
    Route("PATCH", "/conversations/{conversation_id}", conversations.change_conversation, "conversations:read",
          problems=("conflict",)),
    Route("GET", "/conversations/{conversation_id}/taggings", taggings.list_conversation_taggings,
          "conversations:read"),
    Route("POST", "/conversations/{conversation_id}/taggings", taggings.tag_conversation, "conversations:assign",
          CREATED),
    Route("DELETE", "/conversations/{conversation_id}/taggings/{tag}", taggings.untag_conversation,
          "conversations:assign", NO_CONTENT),
    Route("GET", "/conversations/{conversation_id}/history", history.list_conversation_history,
          "conversations:read"),
    Route("GET", "/conversations/{conversation_id}/explanation", conditions.explain_conversation,
          "conversations:read"),
    Route("GET", "/conversations/{conversation_id}/routing", routing.get_conversation_routing, "conversations:read"),
    Route("GET", "/conversations/{conversation_id}/messages", messages.list_messages, "conversations:read"),
    Route("POST", "/conversations/{conversation_id}/messages", messages.send_message, "messages:send", CREATED,
          (*SENDING, *ANSWERING)),
    Route("GET", "/conversations/{conversation_id}/episodes", episodes.list_episodes, "conversations:read"),
    Route("GET", "/conversations/{conversation_id}/facts", episodes.list_facts, "conversations:read"),
    Route("GET", "/conversations/{conversation_id}/notes", conversations.list_notes, "conversations:read"),
    Route("POST", "/conversations/{conversation_id}/notes", conversations.write_note, "notes:write", CREATED),

    Route("POST", "/conversations/{conversation_id}/mute", notifications.mute, "conversations:read", NO_CONTENT),
    Route("POST", "/conversations/{conversation_id}/unmute", notifications.unmute, "conversations:read", NO_CONTENT),

    Route("POST", "/acts", acts.act, "conversations:read"),
    Route("POST", "/acts/on-all", acts.act_on_all, "conversations:read", ACCEPTED),
    Route("POST", "/acts/{act_id}/undo", acts.undo_act, "conversations:read", problems=("conflict",)),
    Route("GET", "/snooze-times", acts.snooze_times, "conversations:read"),

    Route("GET", "/cases", cases.list_cases, "cases:read"),
    Route("POST", "/cases", cases.open_case, "cases:edit", CREATED, ("not-found",)),
    Route("GET", "/cases/{case_id}", cases.get_case, "cases:read"),
    Route("PATCH", "/cases/{case_id}", cases.change_case, "cases:edit", problems=("conflict",)),
    Route("POST", "/cases/{case_id}/reopen", cases.reopen, "cases:edit", problems=("conflict",)),
    Route("POST", "/cases/{case_id}/merge", cases.merge_case, "cases:edit", problems=("conflict",)),
    Route("POST", "/cases/{case_id}/unmerge", cases.unmerge_case, "cases:edit", problems=("conflict",)),
    Route("POST", "/cases/{case_id}/conversations", cases.link_case_conversation, "cases:edit",
          problems=("conflict",)),
    Route("DELETE", "/cases/{case_id}/conversations/{conversation_id}", cases.unlink_case_conversation,
          "cases:edit", NO_CONTENT, ("conflict",)),
    Route("POST", "/cases/{case_id}/contacts", cases.link_case_contact, "cases:edit", problems=("conflict",)),
    Route("DELETE", "/cases/{case_id}/contacts/{contact_id}", cases.unlink_case_contact, "cases:edit",
          NO_CONTENT, ("conflict",)),
    Route("GET", "/cases/{case_id}/comments", cases.list_comments, "cases:read"),
    Route("POST", "/cases/{case_id}/comments", cases.comment_case, "cases:edit", CREATED),
    Route("GET", "/cases/{case_id}/history", history.list_case_history, "cases:read"),
    Route("GET", "/case-categories", case_categories.list_categories, "cases:read"),
    Route("POST", "/case-categories", case_categories.create_category, "cases:manage", CREATED, ("conflict",)),
    Route("GET", "/case-categories/{category_id}", case_categories.get_category, "cases:read"),
    Route("PATCH", "/case-categories/{category_id}", case_categories.change_category, "cases:manage",
          problems=("conflict",)),
    Route("DELETE", "/case-categories/{category_id}", case_categories.remove_category, "cases:manage", NO_CONTENT),
    Route("GET", "/case-settings", case_categories.get_case_settings, "cases:read"),
    Route("PATCH", "/case-settings", case_categories.change_case_settings, "cases:manage"),

    Route("POST", "/messages", messages.send_to_address, "messages:send", CREATED, (*SENDING, *ANSWERING)),
    Route("GET", "/messages/{message_id}", messages.get_message, "conversations:read"),
    Route("POST", "/messages/{message_id}/send-again", messages.send_again, "messages:send", problems=("conflict",)),
    Route("POST", "/messages/{message_id}/stop", messages.stop_message, "messages:send", problems=("conflict",)),
    Route("POST", "/messages/{message_id}/mark-sent", messages.mark_sent, "messages:send", problems=("conflict",)),

    Route("GET", "/scheduled-messages", scheduled_messages.list_scheduled, "conversations:read"),
    Route("GET", "/scheduled-messages/{scheduled_id}", scheduled_messages.get_scheduled, "conversations:read"),
    Route("PATCH", "/scheduled-messages/{scheduled_id}", scheduled_messages.change_scheduled, "messages:send",
          problems=("conflict", *SENDING)),
    Route("DELETE", "/scheduled-messages/{scheduled_id}", scheduled_messages.cancel_scheduled, "messages:send",
          NO_CONTENT, ("conflict",)),
    Route("POST", "/scheduled-messages/{scheduled_id}/send", scheduled_messages.send_scheduled, "messages:send",
          problems=("conflict", *SENDING)),

    Route("POST", "/media", media.upload_media, "messages:send", CREATED),
    Route("GET", "/media/{media_id}", media.get_media, "conversations:read"),
    Route("GET", "/media/{media_id}/content", media.get_media_content, "conversations:read",
          problems=("media-not-ready",)),
    Route("POST", "/media/{media_id}/retry", media.fetch_again, "conversations:read", problems=("conflict",)),

    Route("GET", "/message-templates", message_templates.list_templates, "message_templates:read"),
    Route("POST", "/message-templates/sync", message_templates.sync_templates, "message_templates:manage",
          problems=("provider-failed", "not-found"), talks_to_provider=True),

    Route("GET", "/inboxes", inboxes.list_inboxes, "inboxes:read"),
    Route("GET", "/inboxes/{inbox_id}", inboxes.get_inbox, "inboxes:read"),

    Route("GET", "/inbound-deliveries", deliveries.list_deliveries, "connections:manage"),
    Route("POST", "/inbound-deliveries/replay", deliveries.replay_deliveries, "connections:manage", ACCEPTED),
    Route("GET", "/inbound-deliveries/{delivery_id}", deliveries.get_delivery, "connections:manage"),
    Route("POST", "/inbound-deliveries/{delivery_id}/replay", deliveries.replay_delivery, "connections:manage"),
    Route("GET", "/parked-events", deliveries.list_parked_events, "connections:manage"),
    Route("POST", "/parked-events/replay", deliveries.retry_parked_events, "connections:manage"),
    Route("POST", "/parked-events/{event_id}/replay", deliveries.retry_parked_event, "connections:manage"),
    Route("GET", "/notices", deliveries.list_notices, "connections:manage"),

    Route("GET", "/jobs", jobs.list_jobs, ANY_TOKEN),
    Route("GET", "/jobs/{job_id}", jobs.get_job, ANY_TOKEN),
    Route("DELETE", "/jobs/{job_id}", jobs.cancel_job, ANY_TOKEN, ACCEPTED, JOB_PROBLEMS),
    Route("POST", "/jobs/{job_id}/resume", jobs.resume_job, ANY_TOKEN, ACCEPTED, JOB_PROBLEMS),
    Route("POST", "/jobs/{job_id}/undo", jobs.undo_job, ANY_TOKEN, ACCEPTED, JOB_PROBLEMS),
    Route("GET", "/job-schedules", jobs.list_schedules, ANY_TOKEN),
    Route("POST", "/job-schedules", jobs.add_schedule, ANY_TOKEN, CREATED, JOB_PROBLEMS),
    Route("DELETE", "/job-schedules/{schedule_id}", jobs.remove_schedule, ANY_TOKEN, NO_CONTENT, JOB_PROBLEMS),

    Route("GET", "/members", members.list_members, "members:read"),
    Route("GET", "/members/invitations", members.list_invitations, "members:manage"),
    Route("POST", "/members/invitations", members.invite, "members:manage", CREATED, ("conflict",)),
    Route("DELETE", "/members/invitations/{invitation_id}", members.withdraw, "members:manage", NO_CONTENT),
    Route("GET", "/members/{member_id}", members.get_member, "members:read"),
    Route("PATCH", "/members/{member_id}", members.change_member, "members:manage", problems=("conflict",)),

    Route("GET", "/members/{member_id}/availability", availability.get_availability, "members:read"),
    Route("PATCH", "/members/{member_id}/availability", availability.change_availability, "routing:manage"),

    Route("GET", "/queues", routing.list_queues, "routing:read"),
    Route("POST", "/queues", routing.create_queue, "routing:manage", CREATED, ("conflict",)),
    Route("GET", "/queues/{queue_id}", routing.get_queue, "routing:read"),
    Route("PATCH", "/queues/{queue_id}", routing.change_queue, "routing:manage", problems=("conflict",)),
    Route("DELETE", "/queues/{queue_id}", routing.remove_queue, "routing:manage", NO_CONTENT),
    Route("GET", "/routing", routing.get_routing, "routing:read"),
    Route("PATCH", "/routing", routing.change_routing, "routing:manage"),
    Route("GET", "/routing/now", routing.get_now, "routing:read"),
    Route("GET", "/routing/waiting", routing.list_waiting_conversations, "routing:read"),
    Route("POST", "/routing/preview", routing.preview_assignments, "routing:read"),

    Route("DELETE", "/members/{member_id}/second-factors", second_factor.reset_second_factors, "members:manage",
          NO_CONTENT),
    Route("GET", "/second-factor-rule", second_factor.get_second_factor_rule, "members:read"),
    Route("PATCH", "/second-factor-rule", second_factor.change_second_factor_rule, "workspace:manage"),

    Route("GET", "/roles", roles.list_roles, "members:read"),
    Route("GET", "/roles/{role_id}", roles.get_role, "members:read"),
    Route("POST", "/roles", roles.create_role, "roles:manage", CREATED, ("conflict",)),
    Route("PATCH", "/roles/{role_id}", roles.change_role, "roles:manage", problems=("conflict",)),
    Route("DELETE", "/roles/{role_id}", roles.remove_role, "roles:manage", NO_CONTENT, ("conflict",)),

    Route("GET", "/mail/server", mail.get_mail_server, "mail:manage", problems=("not-found",)),
    Route("PUT", "/mail/server", mail.set_mail_server, "mail:manage", problems=("conflict",)),
    Route("DELETE", "/mail/server", mail.remove_mail_server, "mail:manage", NO_CONTENT),
    Route("POST", "/mail/test", mail.test_mail_server, "mail:manage", problems=("not-found", "too-many-attempts"),
          talks_to_provider=True),
    Route("GET", "/mails", mail.list_mails, "mail:manage"),
    Route("POST", "/mails/{mail_id}/retry", mail.retry_mail, "mail:manage", problems=("conflict",)),

    Route("GET", "/quick-replies", quick_replies.list_replies, "quick_replies:read"),
    Route("POST", "/quick-replies", quick_replies.create_quick_reply, "quick_replies:read", CREATED,
          ("conflict", "not-allowed")),
    Route("GET", "/quick-replies/export", quick_replies.export_quick_replies, "quick_replies:read"),
    Route("POST", "/quick-replies/import", quick_replies.import_quick_replies, "quick_replies:manage"),
    Route("GET", "/quick-replies/{reply_id}", quick_replies.get_quick_reply, "quick_replies:read"),
    Route("PATCH", "/quick-replies/{reply_id}", quick_replies.change_quick_reply, "quick_replies:read",
          problems=("conflict", "not-allowed")),
    Route("DELETE", "/quick-replies/{reply_id}", quick_replies.remove_quick_reply, "quick_replies:read", NO_CONTENT,
          ("not-allowed",)),
    Route("POST", "/quick-replies/{reply_id}/restore", quick_replies.restore_quick_reply, "quick_replies:read",
          problems=("conflict", "not-allowed")),
    Route("POST", "/quick-replies/{reply_id}/preview", quick_replies.preview_quick_reply, "quick_replies:read"),

    Route("GET", "/macros", macros.list_macros, "conversations:read"),
    Route("POST", "/macros", macros.create_macro, "conversations:read", CREATED, ("conflict", "not-allowed")),
    Route("GET", "/macros/{macro_id}", macros.get_macro, "conversations:read"),
    Route("PATCH", "/macros/{macro_id}", macros.change_macro, "conversations:read",
          problems=("conflict", "not-allowed")),
    Route("DELETE", "/macros/{macro_id}", macros.remove_macro, "conversations:read", NO_CONTENT, ("not-allowed",)),
    Route("POST", "/macros/{macro_id}/restore", macros.restore_macro, "conversations:read",
          problems=("conflict", "not-allowed")),
    Route("POST", "/macros/{macro_id}/run", macros.run_macro, "conversations:read",
          problems=("conflict", "not-allowed")),

    Route("GET", "/views", saved_views.list_views, "conversations:read"),
    Route("POST", "/views", saved_views.create_view, "conversations:read", CREATED, ("conflict", "not-allowed")),
    Route("GET", "/views/{view_id}", saved_views.get_view, "conversations:read"),
    Route("PATCH", "/views/{view_id}", saved_views.change_view, "conversations:read",
          problems=("conflict", "not-allowed")),
    Route("DELETE", "/views/{view_id}", saved_views.remove_view, "conversations:read", NO_CONTENT, ("not-allowed",)),
    Route("POST", "/views/{view_id}/restore", saved_views.restore_view, "conversations:read",
          problems=("conflict", "not-allowed")),
    Route("POST", "/views/{view_id}/place", saved_views.place_view, "conversations:read", NO_CONTENT, ("conflict",)),
    Route("GET", "/views/{view_id}/conversations", saved_views.list_view_conversations, "conversations:read"),

    Route("GET", "/tags", tags.list_tags, "tags:read"),
    Route("POST", "/tags", tags.create_tag, "tags:manage", CREATED, ("conflict",)),
    Route("GET", "/tags/{tag_id}", tags.get_tag, "tags:read"),
    Route("PATCH", "/tags/{tag_id}", tags.change_tag, "tags:manage", problems=("conflict",)),
    Route("DELETE", "/tags/{tag_id}", tags.remove_tag, "tags:manage", NO_CONTENT),
    Route("POST", "/tags/{tag_id}/merge", tags.merge_tag, "tags:manage"),

    Route("GET", "/teams", teams.list_teams, "teams:read"),
    Route("GET", "/teams/{team_id}", teams.get_team, "teams:read"),
    Route("POST", "/teams", teams.create_team, "teams:manage", CREATED, ("conflict",)),
    Route("PATCH", "/teams/{team_id}", teams.rename_team, "teams:manage", problems=("conflict",)),
    Route("DELETE", "/teams/{team_id}", teams.remove_team, "teams:manage", NO_CONTENT, ("conflict",)),

    Route("GET", "/business-hours", business_hours.get_business_hours, "teams:read"),
    Route("PATCH", "/business-hours", business_hours.change_business_hours, "hours:manage"),

    Route("GET", "/audit", audit.list_audit_entries, "audit:read"),
    Route("GET", "/audit/seals", audit.list_audit_seals, "audit:read"),
    Route("POST", "/audit/checks", audit.check_trail, "audit:read", ACCEPTED),
    Route("POST", "/audit/exports", audit.export_entries, "audit:read", ACCEPTED),
    Route("GET", "/audit/exports/{export_id}/content", audit.get_audit_file, "audit:read"),
    Route("GET", "/audit/{entry_id}", audit.get_audit_entry, "audit:read"),

    Route("GET", "/tokens", tokens.list_tokens, "tokens:manage"),
    Route("POST", "/tokens", tokens.create_token, "tokens:manage", CREATED),
    Route("DELETE", "/tokens/{token_id}", tokens.revoke_token, "tokens:manage", NO_CONTENT),
)
# fmt: on

BY_PATH: Mapping[str, Mapping[str, Route]] = {
    path: {route.method: route for route in ROUTES if route.path == path}
    for path in dict.fromkeys(route.path for route in ROUTES)
}
"""what can be asked of each path, by method"""
