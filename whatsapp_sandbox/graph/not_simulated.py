"""What the platform has and this sandbox has not: answered as such, so that nobody looks for a wrong id.

The edges are those of Meta's specification v23 and of its pages of 2026; README lists them for people.
"""

from __future__ import annotations

from whatsapp_sandbox.errors import GraphError

PARTNERS = "it belongs to solution partners, who onboard the businesses of others"
PREVERIFIED = "there are no pre-verified numbers; add one with POST /{waba_id}/phone_numbers"
ACCOUNTS = "accounts come from the configuration (wabas)"
EDGES: dict[str, str] = {
    "whatsapp_business_solution": PARTNERS,
    "whatsapp_business_solutions": PARTNERS,
    "solutions": PARTNERS,
    "connected_client_businesses": PARTNERS,
    "onboard_partner_to_mm_lite": PARTNERS,
    "in_progress_onbehalf_request": PARTNERS,
    "obo_mobility_intent": PARTNERS,
    "set_obo_mobility_intent": PARTNERS,
    "set_solution_migration_intent": PARTNERS,
    "access_token": PARTNERS,
    "accept": PARTNERS,
    "reject": PARTNERS,
    "accept_deactivation_request": PARTNERS,
    "reject_deactivation_request": PARTNERS,
    "send_deactivation_request": PARTNERS,
    "extendedcredits": "nothing is paid for here",
    "preverified_numbers": PREVERIFIED,
    "share_preverified_numbers": PREVERIFIED,
    "add_phone_numbers": PREVERIFIED,
    "partners": PREVERIFIED,
    "whatsapp_business_accounts": ACCOUNTS,
    "activities": "the account keeps no log of administrators; GET /control/events tells what happened",
    "schedules": "there are no schedules",
    "messages_encrypted": "payloads are not encrypted",
    "product_catalog": "there are no catalogs",
    "product_catalogs": "there are no catalogs",
    "catalogs": "there are no catalogs",
    "smb_app_data": "there is no phone app to take contacts and chats from; POST /control/history sends a chunk",
    "thread_control": "there is one application per number",
    "assigned_product_catalogs": "there are no catalogs",
}


def refusal(edge: str, method: str) -> GraphError | None:
    """Code 3 for an edge that the platform knows, None for one that nobody does."""
    why = EDGES.get(edge)
    if why is None:
        return None
    return GraphError(
        3, f"{method} …/{edge} is not simulated by this sandbox: {why}.", title="API Method: not simulated"
    )
