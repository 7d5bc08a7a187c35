"""The business side: apps with their webhook addresses, tokens, WhatsApp accounts and phone numbers."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from whatsapp_sandbox.settings import SettingError, Switches, patch

DEFAULT_TOKEN = "sandbox-token"  # noqa: S105 - the published token of the development default
DEFAULT_APP_SECRET = "sandbox-app-secret"  # noqa: S105 - likewise
DEFAULT_VERIFY_TOKEN = "sandbox-verify-token"  # noqa: S105 - likewise
DEFAULT_APP = "100000000000001"
DEFAULT_WABA = "100000000000101"
PERMISSIONS = ["whatsapp_business_messaging", "whatsapp_business_management", "business_management"]


@dataclass(slots=True)
class App:
    """A developer app subscribed to the accounts; each has its own webhook address and secret."""

    id: str = DEFAULT_APP
    name: str = "Sandbox app"
    secret: str = DEFAULT_APP_SECRET
    webhook_url: str | None = None
    verify_token: str = DEFAULT_VERIFY_TOKEN
    fields: list[str] | None = None
    """Subscribed webhook fields; None is all of them."""


@dataclass(slots=True)
class Token:
    token: str = DEFAULT_TOKEN
    app_id: str = DEFAULT_APP
    permissions: list[str] = field(default_factory=lambda: list(PERMISSIONS))
    expired: bool = False
    expires_at: int = 0
    """Unix seconds that ``debug_token`` tells; 0 is never. ``expired`` decides."""
    wabas: list[str] | None = None
    """Ids of the accounts that the token was granted, as with embedded signup; None is all of them."""


@dataclass(slots=True)
class Waba:
    """A WhatsApp Business Account."""

    id: str = DEFAULT_WABA
    name: str = "Harbor & Pine"
    portfolio_id: str = "100000000000011"
    currency: str = "USD"
    timezone_id: str = "1"
    marketing_disabled: bool = False
    insights: bool = False
    """Template analytics were confirmed (``is_enabled_for_insights``), which cannot be taken back."""
    overrides: dict[str, str] = field(default_factory=dict)
    """App id to the address set with ``override_callback_uri``."""
    subscribed: list[str] | None = None
    """App ids; None is every app."""
    users: dict[str, list[str]] = field(default_factory=dict)
    """Id of a person who was given access to what they may do (``assigned_users``)."""
    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Name to payment configuration."""


@dataclass(slots=True)
class BusinessNumber:
    """A business phone number; ``id`` is its phone_number_id, ``display`` what people see."""

    id: str
    display: str
    verified_name: str = "Harbor & Pine"
    waba_id: str = DEFAULT_WABA
    quality: str = "GREEN"
    registered: bool = True
    deleted: bool = False
    verified: bool = True
    coexistence: bool = False
    pin: str | None = None
    username: str | None = None
    throughput: str = "STANDARD"
    name_status: str = "APPROVED"
    profile: dict[str, Any] = field(default_factory=dict)
    commerce: dict[str, bool] = field(
        default_factory=lambda: {"is_cart_enabled": True, "is_catalog_visible": True}
    )
    automation: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    public_key: str | None = None
    """PEM: what requests to the endpoints of Flows are sealed for."""
    search_visibility: str = "NON_VISIBLE"
    compliance: dict[str, Any] = field(default_factory=dict)
    official: str = "NOT_STARTED"
    """Where the application for the official badge stands."""
    blocked: list[str] = field(default_factory=list)
    """Ids of the customers that the business blocked."""
    qr_codes: dict[str, dict[str, str]] = field(default_factory=dict)
    overrides: dict[str, str] = field(default_factory=dict)
    free_service_used: dict[str, int] = field(default_factory=dict)
    """Month (``2026-11``) to delivered service messages, for the free tier."""

    @property
    def digits(self) -> str:
        return "".join(character for character in self.display if character.isdigit())


@dataclass(slots=True)
class Account:
    apps: list[App]
    tokens: list[Token]
    wabas: list[Waba]
    numbers: list[BusinessNumber]


def default_account() -> Account:
    return Account(
        apps=[App()],
        tokens=[Token()],
        wabas=[Waba()],
        numbers=[
            BusinessNumber("100000000000201", "+1 202-555-0142"),
            BusinessNumber("100000000000202", "+44 20 7946 0142", "Harbor & Pine Trade"),
        ],
    )


def read_config(path: Path | None) -> tuple[Account, Switches]:
    """Defaults where the file says nothing.

    Keys: ``apps``, ``tokens``, ``wabas``, ``numbers`` (lists of objects with the fields of the classes above) and
    ``switches``. Raises SettingError when the file cannot be used.
    """
    account, switches = default_account(), Switches()
    if path is None:
        return account, switches
    try:
        data = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise SettingError(f"cannot read the configuration {path}: {error}") from error
    kinds: dict[str, type[Any]] = {"apps": App, "tokens": Token, "wabas": Waba, "numbers": BusinessNumber}
    if not isinstance(data, dict) or set(data) - set(kinds) - {"switches"}:
        raise SettingError(f"{path} must be an object with the keys {', '.join([*kinds, 'switches'])}")
    for key, kind in kinds.items():
        if key in data:
            setattr(account, key, [_make(kind, item, key) for item in data[key]])
    patch(switches, data.get("switches", {}))
    return account, switches


def _make(kind: type[Any], item: Any, key: str) -> Any:
    try:
        return kind(**item)
    except TypeError as error:
        raise SettingError(f"{key}: {str(error).replace('__init__()', 'an entry')}") from error


def aim(account: Account, *, url: str | None, verify_token: str | None, secret: str | None) -> None:
    app = account.apps[0]
    app.webhook_url = url or app.webhook_url or os.environ.get("WHATSAPP_SANDBOX_WEBHOOK_URL")
    app.verify_token = verify_token or app.verify_token
    app.secret = secret or app.secret
