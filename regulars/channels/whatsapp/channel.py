"""WhatsApp as one record, for ``config.wiring.CHANNELS``."""

from __future__ import annotations

from regulars.channels.record import Account, Channel, Presence, Templates
from regulars.channels.whatsapp import reactions
from regulars.channels.whatsapp.addressing import ADDRESSES, news_of
from regulars.channels.whatsapp.block_list import WhatsAppBlockList
from regulars.channels.whatsapp.copies import forget_lost_copies
from regulars.channels.whatsapp.erasing import erase_from_deliveries
from regulars.channels.whatsapp.facts import FACTS
from regulars.channels.whatsapp.parsing.places import update_at
from regulars.channels.whatsapp.payloads import parse_payload
from regulars.channels.whatsapp.transport import open_carrier
from regulars.channels.whatsapp.webhook import WEBHOOKS

WHATSAPP = Channel(
    facts=FACTS,
    webhooks=WEBHOOKS,
    parse=parse_payload,
    update_at=update_at,
    open_carrier=open_carrier,
    addresses=ADDRESSES,
    news_of=news_of,
    forget_lost_copies=forget_lost_copies,
    erase_from_deliveries=erase_from_deliveries,
    templates=Templates(
        sync=reactions.sync_templates_of,
        sync_for=reactions.sync_templates,
        sync_all=reactions.sync_all_templates,
    ),
    account=Account(
        check_numbers=reactions.check_numbers,
        learn_owners=reactions.learn_portfolios,
        learn_all_owners=reactions.learn_all_portfolios,
        learn_qualities=reactions.learn_qualities,
        learn_all_qualities=reactions.learn_all_qualities,
    ),
    presence=Presence(
        send_read_receipts=reactions.send_read_receipts,
        show_typing=reactions.show_typing,
    ),
    block_list=WhatsAppBlockList(),
)
