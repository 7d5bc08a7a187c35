"""The one object that holds a running sandbox, and the lookups everybody needs."""

from __future__ import annotations

import random
import tempfile
from collections import Counter, deque
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whatsapp_sandbox.account import Account, App, BusinessNumber, Token, Waba, default_account
from whatsapp_sandbox.clock import Clock, Scheduler
from whatsapp_sandbox.feed import Feed
from whatsapp_sandbox.identifiers import new_user_id
from whatsapp_sandbox.limits import Limits
from whatsapp_sandbox.model import (
    ChatMessage,
    Customer,
    Flow,
    Group,
    MediaItem,
    Signup,
    Template,
    TemplateGroup,
    Thread,
)
from whatsapp_sandbox.settings import Switches

if TYPE_CHECKING:
    from whatsapp_sandbox.faults import Fault
    from whatsapp_sandbox.webhooks.outbox import Outbox


class Sandbox:
    """Everything a running sandbox knows. Plain data; the functions live in the modules by subject."""

    outbox: Outbox

    def __init__(
        self, account: Account | None = None, switches: Switches | None = None, state_dir: Path | None = None
    ) -> None:
        self.account = account or default_account()
        self.switches = switches or Switches()
        self.clock = Clock()
        self.scheduler = Scheduler(self.clock)
        self.feed = Feed()
        self.limits = Limits()
        self.random = random.Random()  # noqa: S311 - chance in a simulation, not in a secret
        self.state_dir = state_dir
        self._temporary = None if state_dir else tempfile.TemporaryDirectory(prefix="whatsapp-sandbox-")
        self.media_dir = (state_dir or Path(self._temporary.name if self._temporary else ".")) / "media"
        self.media_dir.mkdir(parents=True, exist_ok=True)
        self.started_at = self.clock.now()
        self.base_url = ""
        self.hosts: set[str] = set()
        """Names besides localhost under which the control API may be asked for."""
        self.faults: list[Fault] = []
        self.held: list[str] = []
        self.forget()

    def close(self) -> None:
        if self._temporary is not None:
            self._temporary.cleanup()

    def forget(self) -> None:
        self.customers: dict[str, Customer] = {}
        self.by_address: dict[str, str] = {}
        self.threads: dict[tuple[str, str], Thread] = {}
        self.messages: dict[str, ChatMessage] = {}
        self.in_flight: dict[str, ChatMessage] = {}
        self.media: dict[str, MediaItem] = {}
        self.uploads: dict[str, dict[str, Any]] = {}
        self.templates: dict[str, Template] = {}
        self.template_groups: dict[str, TemplateGroup] = {}
        self.deleted_template_names: dict[str, float] = {}
        self.groups: dict[str, Group] = {}
        self.flows: dict[str, Flow] = {}
        self.signups: dict[str, Signup] = {}
        self.calls: dict[str, dict[str, Any]] = {}
        self.counters: Counter[str] = Counter()
        self.recent: deque[tuple[str, str, str | None]] = deque(maxlen=self.switches.recording.limit)
        self.dialogs: dict[str, dict[str, Any]] = {}
        self.held.clear()
        self.limits.clear()
        self.reindex()

    def reindex(self) -> None:
        self.numbers: dict[str, BusinessNumber] = {number.id: number for number in self.account.numbers}
        self.wabas: dict[str, Waba] = {waba.id: waba for waba in self.account.wabas}
        self.apps: dict[str, App] = {app.id: app for app in self.account.apps}
        self.tokens: dict[str, Token] = {token.token: token for token in self.account.tokens}

    def now(self) -> float:
        return self.clock.now()

    def chance(self, percent: float) -> bool:
        return percent > 0 and self.random.random() * 100 < percent

    def delay(self, bounds: list[float]) -> float:
        low, high = bounds
        return low if low == high else self.random.uniform(low, high)

    def thread(self, number_id: str, customer_id: str) -> Thread:
        key = (number_id, customer_id)
        thread = self.threads.get(key)
        if thread is None:
            thread = self.threads[key] = Thread(number_id, customer_id)
        return thread

    def add_customer(self, customer: Customer) -> None:
        self.customers[customer.id] = customer
        self.index_customer(customer)
        self.feed.add("customer", customer=customer.id)

    def index_customer(self, customer: Customer) -> None:
        for address in (digits_of(customer.phone), customer.wa_id, customer.user_id, customer.parent_user_id):
            if address:
                self.by_address[address] = customer.id

    def find_customer(self, address: str) -> Customer | None:
        customer_id = self.by_address.get(address)
        return self.customers.get(customer_id) if customer_id else None

    def make_stranger(self, digits: str) -> Customer:
        """For a number that somebody sent to and nobody had set up."""
        customer = Customer(
            id=f"p{digits}",
            name=f"+{digits}",
            phone=f"+{digits}",
            wa_id=digits,
            user_id=new_user_id(country_of(digits)),
            known=False,
        )
        self.customers[customer.id] = customer
        self.index_customer(customer)
        return customer

    def keep(self, message: ChatMessage) -> None:
        self.messages[message.id] = message
        thread = self.thread(message.number_id, _chat_of(message))
        thread.message_ids.append(message.id)
        thread.last_at = message.at
        if len(self.messages) > self.switches.recording.limit:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        oldest = self.messages.pop(next(iter(self.messages)))
        thread = self.threads.get((oldest.number_id, _chat_of(oldest)))
        if thread and thread.message_ids and thread.message_ids[0] == oldest.id:
            thread.message_ids.popleft()


def _chat_of(message: ChatMessage) -> str:
    return f"group:{message.group_id}" if message.group_id else message.customer_id


def digits_of(number: str) -> str:
    """``+82 10-0000-0101`` to ``821000000101``."""
    return (
        number if number.isdigit() and number.isascii() else "".join(c for c in number if c in "0123456789")
    )


def country_of(digits: str) -> str:
    """ISO country, ``ZZ`` when it has none."""
    import phonenumbers

    return phonenumbers.region_code_for_country_code(int(dial_code_of(digits) or 0)) or "ZZ"


def is_possible(digits: str) -> bool:
    """Whether an international number has a length that its country knows, with nothing to be dropped from it."""
    import phonenumbers

    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return False
    whole = f"{number.country_code}{phonenumbers.national_significant_number(number)}"
    return phonenumbers.is_possible_number(number) and whole == digits


@lru_cache(maxsize=4_096)
def dial_code_of(digits: str) -> str:
    import phonenumbers  # here, because it is only needed once per new person

    try:
        return str(phonenumbers.parse(f"+{digits}").country_code or "")
    except phonenumbers.NumberParseException:
        return ""
