"""Screens and parts of them that only show, and belong to no room that has a module of its own here."""

from __future__ import annotations

ONLY_SHOWN = frozenset(
    {
        *(
            "notifications",
            "count-notifications",
            "notification-settings",
            "manifest",
            "service-worker",
            "offline",
            "share",
            "keyboard",
            "scheduled",
        ),
        *("app-icon-180", "app-icon-192", "app-icon-512"),
        *(
            "home",
            "inbox",
            "inbox-view",
            "search",
            "search-counts",
            "search-suggestions",
            "conversation",
            "conversation-row",
            "conversation-head",
        ),
        *("conversation-context", "earlier-messages", "later-messages", "template-picker"),
        *("media", "media-thumbnail", "contact-tags", "conversation-tags", "list-tags", "tags", "tag"),
        *("settings", "account", "connections", "message-templates", "members", "roles", "compare-roles"),
        *(
            "teams",
            "mail",
            "business-hours",
            "protection",
            "ledger",
            "merges",
            "merge-contact",
            "person-threads",
            "person-export",
        ),
        *("second-factor", "audit", "audit-entry", "audit-export"),
        *("deliveries", "delivery", "parked-events", "notices", "jobs", "strings", "ready", "metrics"),
    }
)
