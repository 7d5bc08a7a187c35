from __future__ import annotations

from django.urls import URLPattern, path

from regulars.web.administration.views import (
    connections,
    deliveries,
    ledger,
    members,
    message_templates,
    start,
    tokens,
)

urlpatterns: list[URLPattern] = [
    path("settings", start.start, name="settings"),
    path("settings/numbers", connections.connections, name="connections"),
    path("settings/numbers/connect", connections.connect, name="connect"),
    path("settings/connections/<str:connection_id>/credentials", connections.credentials, name="credentials"),
    path("settings/connections/<str:connection_id>/portfolio", connections.portfolio, name="portfolio"),
    path("settings/connections/<str:connection_id>/numbers", connections.add_number, name="add-number"),
    path("settings/numbers/<str:inbox_id>", connections.change_number, name="change-number"),
    path("settings/templates", message_templates.message_templates, name="message-templates"),
    path("settings/templates/sync", message_templates.sync, name="sync-templates"),
    path("settings/members", members.members, name="members"),
    path("settings/members/invite", members.invite, name="invite"),
    path("settings/members/<str:member_id>", members.change_member, name="change-member"),
    path("settings/teams", members.add_team, name="add-team"),
    path("settings/tokens", tokens.tokens, name="tokens"),
    path("settings/tokens/<str:token_id>/revoke", tokens.revoke, name="revoke-token"),
    path("settings/ledger", ledger.ledger, name="ledger"),
    path("settings/deliveries", deliveries.deliveries, name="deliveries"),
    path("settings/deliveries/failed/replay", deliveries.replay_failed, name="replay-failed"),
    path("settings/deliveries/<str:delivery_id>", deliveries.delivery, name="delivery"),
    path("settings/deliveries/<str:delivery_id>/replay", deliveries.replay, name="replay-delivery"),
    path("settings/parked-events", deliveries.parked, name="parked-events"),
    path("settings/parked-events/replay", deliveries.retry_all, name="retry-parked"),
    path("settings/parked-events/<str:event_id>/replay", deliveries.retry, name="retry-parked-event"),
    path("settings/notices", deliveries.notices, name="notices"),
]
