"""What is WhatsApp's own about people's addresses and about news of our numbers. Pure."""

from __future__ import annotations

from regulars.channels.record import AccountNews, AddressRules, SharedNumber
from regulars.channels.whatsapp.phones import phone_from_wa_id, read_phone
from regulars.inboxes.ports import CardPhone, ContactCard, InboundMessage, Notice

UPGRADED_THROUGHPUT = 1_000
"""messages a second of a number after THROUGHPUT_UPGRADE"""


def shared_number(message: InboundMessage) -> SharedNumber | None:
    """The number that a contact gave us when asked, canonical and as the platform writes it."""
    if not message.content.cards or not message.contact.identities or message.direction == "out":
        return None
    return next(filter(None, map(_requested_number, message.content.cards)), None)


def _requested_number(card: ContactCard) -> SharedNumber | None:
    if not card.is_requested_number:
        return None
    return next(filter(None, map(_read_number, card.phones)), None)


def _read_number(number: CardPhone) -> SharedNumber | None:
    if phone := phone_from_wa_id(number.wa_id):
        return SharedNumber(phone, number.wa_id)
    is_whole = number.phone.strip().startswith("+")
    read = read_phone(number.phone) if is_whole else None
    return SharedNumber(*read) if read else None


ADDRESSES = AddressRules(new_with_number=frozenset({"bsuid", "parent_bsuid"}), shared_number=shared_number)
"""a change of number changes every BSUID as well (reference §3)"""


def news_of(notice: Notice) -> AccountNews:
    """An upgrade names its number only as people write it (reference §4), in the title."""
    if notice.kind == "number_quality" and notice.event == "THROUGHPUT_UPGRADE":
        return AccountNews(display_address=notice.title, per_second=UPGRADED_THROUGHPUT)
    if notice.kind == "capability":
        return AccountNews(messaging_limit=notice.event)
    return AccountNews()
