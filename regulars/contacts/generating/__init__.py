"""Generated contacts: a person with a phone and the platform's id each, and what some of them allow."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import timedelta

from django.db import transaction

from regulars.contacts.generating.people import COUNTRIES, Country, numbers_of
from regulars.contacts.history import consent_fact
from regulars.contacts.models import ContactIdentity
from regulars.kernel.generating import Generated, Kind, Run, escaped
from regulars.kernel.ids import written_id_at

AT_ONCE = 2_000
DEFAULT = 1_000
MESSAGES_EACH = 20
OPTED_IN, OPTED_OUT = 0.2, 0.24
"""up to these shares: what they said about promotions"""
TIERS, SHARES = ("A", "B", "C", ""), (5, 15, 30, 50)
_CONTACT = (
    "id, workspace_id, name, profile_name, profile_at, phone, language, time_zone, country, tier, created_at,"
    " updated_at"
)
_IDENTITY = "id, workspace_id, contact_id, channel, kind, value, provider_address, first_seen_at"
_HISTORY = "contact_id, workspace_id, fact, value, from_at, by_kind, by_id, why"
_CONSENT = "id, workspace_id, contact_id, channel, purpose, state, source, proof, at"


def generated_contacts(channel: str) -> Generated:
    """``channel``: the kind of medium that their addresses are on."""
    return Generated(
        (Kind("contacts", _implied),), check=lambda _run: None, write=lambda run: _write(run, channel)
    )


def _implied(given: Mapping[str, int]) -> int:
    """As many as conversations are asked for, so that each has somebody new."""
    if "conversations" in given:
        return given["conversations"]
    return -(-given["messages"] // MESSAGES_EACH) if "messages" in given else DEFAULT


def _write(run: Run, channel: str) -> Iterator[int]:
    wanted = run.amounts["contacts"]
    taken = set(
        ContactIdentity.objects.filter(
            workspace_id=run.workspace_id, channel=channel, kind="phone", retired_at=None
        ).values_list("value", flat=True)
        if wanted
        else ()
    )
    dice = run.dice("contacts")
    numbers = {country.code: numbers_of(country, dice) for country in COUNTRIES}
    weights = [country.weight for country in COUNTRIES]
    for first in range(0, wanted, AT_ONCE):
        chosen = dice.choices(COUNTRIES, weights, k=min(AT_ONCE, wanted - first))
        phones = []
        for country in chosen:
            phone = next(each for each in numbers[country.code] if each not in taken)
            taken.add(phone)
            phones.append(phone)
        _write_some(run, channel, dice, list(zip(chosen, phones, strict=True)))
        yield len(chosen)


@transaction.atomic
def _write_some(run: Run, channel: str, dice: random.Random, people: list[tuple[Country, str]]) -> None:
    workspace = run.workspace_id.hex
    contacts, identities, consents, history = [], [], [], []
    seconds, fact = run.days * 86_400, consent_fact("marketing", channel)

    def drawn_id(milliseconds: int) -> str:
        return written_id_at(milliseconds, dice.getrandbits(74))

    tiers = run.dice("tiers", people[0][1]).choices(TIERS, SHARES, k=len(people))
    for (country, phone), tier in zip(people, tiers, strict=True):
        at = run.since + timedelta(seconds=int(dice.random() * seconds))
        when, written = int(at.timestamp() * 1_000), at.isoformat()
        contact = drawn_id(when)
        profile = escaped(country.name(dice))
        name = profile if dice.random() < 0.1 else ""
        contacts.append(
            f"{contact}\t{workspace}\t{name}\t{profile}\t{written}\t{phone}\t{country.language}"
            f"\t{dice.choice(country.zones)}\t{country.code}\t{tier}\t{written}\t{written}"
        )
        if tier:
            history.append(f"{contact}\t{workspace}\ttier\t{tier}\t{written}\timport\t{contact}\tgenerated")
        bsuid = f"{country.code}.{dice.randrange(10**15, 10**16)}"
        for kind, value, address in (("phone", phone, phone[1:]), ("bsuid", bsuid, "")):
            identities.append(
                f"{drawn_id(when)}\t{workspace}\t{contact}\t{channel}\t{kind}\t{value}\t{address}\t{written}"
            )
        if (share := dice.random()) < OPTED_OUT:
            state = "opted_in" if share < OPTED_IN else "opted_out"
            consents.append(
                f"{drawn_id(when)}\t{workspace}\t{contact}\t{channel}\tmarketing\t{state}\tgenerated\t{{}}\t{written}"
            )
            history.append(
                f"{contact}\t{workspace}\t{fact}\t{state}\t{written}\tcontact\t{contact}\tgenerated"
            )
    run.copy("contacts_contact", _CONTACT, contacts)
    run.copy("contacts_contactidentity", _IDENTITY, identities)
    run.copy("contacts_consent", _CONSENT, consents)
    run.copy("contacts_contacthistory", _HISTORY, history)
