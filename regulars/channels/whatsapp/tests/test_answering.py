"""Answers go to the address that wrote, and ids are used in the portfolio that they belong to."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from regulars.contacts.models import Contact, ContactIdentity, MergeSuggestion
from regulars.conversations.models import Conversation, Message, OutgoingMessage
from regulars.conversations.operations.claiming import claim_batch
from regulars.conversations.operations.handling import start_conversation
from regulars.conversations.operations.portfolios import learn_portfolio, set_portfolio
from regulars.conversations.operations.sending import OutgoingDraft, queue_messages
from regulars.conversations.tests.saying import AnyContent
from regulars.inboxes.models import Connection, Inbox
from regulars.inboxes.ports import OutgoingText
from regulars.kernel import clock
from regulars.kernel.errors import Invalid, NotAllowed
from tests.cast import ACCOUNT, House

from .persons import ANN, BO, T0, Person, connect, deliver, make_shop, only_contact

pytestmark = pytest.mark.django_db


def recipient_of(
    house: House, inbox: Inbox | None = None, contact: Contact | None = None
) -> tuple[str, str] | None:
    """Where an answer to the contact goes from that number; None when it cannot leave."""
    inbox, contact = inbox or house.inbox, contact or only_contact(house)
    with transaction.atomic():
        started = start_conversation(house.workspace.id, inbox.id, contact.id)
    Conversation.objects.filter(id=started.id).update(window_closes_at=clock.now() + timedelta(hours=1))
    draft = OutgoingDraft(Conversation.objects.get(id=started.id), OutgoingText(body="x"))
    queue_messages([draft], by=house.actor(house.owner), channel=AnyContent())
    claimed = claim_batch(inbox.id, 10)
    OutgoingMessage.objects.filter(inbox_id=inbox.id).update(state="accepted")
    if not claimed:
        return None
    (one,) = claimed
    recipient = one.to_send.recipient
    return (recipient.kind, recipient.value) if recipient else None


@pytest.mark.parametrize("wa_id", ["5491155550105", "541155550105", "551187654321", "5215512345678"])
def test_an_answer_goes_to_the_id_that_wrote(wa_id):
    house, person = make_shop(), Person(1, wa_id, "")
    deliver(house.connection, [person.says(10, phone=wa_id, bsuid=person.bsuid)])
    assert recipient_of(house) == ("phone", wa_id)


@pytest.mark.parametrize("tell", ["is_answered_from_phone", "is_in_history", "is_in_address_book"])
def test_what_we_know_of_a_number_before_it_writes_serves_until_it_does(tell):
    house, person = make_shop(), Person(1, "541155550105", "")
    deliver(house.connection, [getattr(person, tell)(10)])
    assert recipient_of(house) == ("phone", "541155550105")
    deliver(house.connection, [person.says(20, phone="5491155550105")])
    deliver(house.connection, [getattr(person, tell)(30)])
    assert recipient_of(house) == ("phone", "5491155550105")


def test_after_a_change_of_number_an_answer_goes_to_the_new_one_as_it_was_told():
    house = make_shop()
    deliver(house.connection, [ANN.says(10, phone=ANN.old, bsuid=ANN.bsuid), BO.changes_number(5)], limit=1)
    deliver(house.connection, [ANN.changes_number(20)])
    ann = Contact.objects.get(workspace=house.workspace, phone=f"+{ANN.new}")
    bo = Contact.objects.get(workspace=house.workspace, phone="+525512345678")
    assert recipient_of(house, contact=ann) == ("phone", ANN.new)
    assert recipient_of(house, contact=bo) == ("phone", BO.new)


def test_a_hidden_number_that_changed_is_not_written_to_any_more():
    house = make_shop()
    deliver(house.connection, [ANN.says(10, phone=ANN.old, bsuid=ANN.bsuid)])
    deliver(house.connection, [ANN.changes_id(20)])
    assert recipient_of(house) == ("bsuid", ANN.next_bsuid)
    deliver(house.connection, [ANN.says(30, phone=ANN.old, bsuid=ANN.next_bsuid)])
    assert recipient_of(house) == ("phone", ANN.old)


def test_a_number_that_somebody_else_writes_from_is_not_the_old_one_s_any_more():
    house = make_shop()
    deliver(house.connection, [ANN.says(10, phone=ANN.old, bsuid=ANN.bsuid), BO.says(20, bsuid=BO.bsuid)])
    deliver(house.connection, [BO.says(30, phone=ANN.old, bsuid=BO.bsuid)])
    deliver(house.connection, [ANN.says(11, phone=ANN.old, bsuid=ANN.bsuid)])
    ann, bo = (Contact.objects.get(identities__value=each.bsuid) for each in (ANN, BO))
    assert recipient_of(house, contact=ann) == ("bsuid", ANN.bsuid)
    assert recipient_of(house, contact=bo) == ("phone", ANN.old)


# --- portfolios -------------------------------------------------------------------------------------------


def _known_as(contact: Contact) -> list[tuple[str, str, str]]:
    rows = ContactIdentity.objects.filter(contact=contact).order_by("kind", "value")
    return list(rows.values_list("kind", "value", "portfolio"))


def _wrote_to(house: House) -> list[UUID]:
    """The numbers that messages came in on, one after the other."""
    messages = Message.objects.filter(workspace=house.workspace, direction="in").order_by("sent_at")
    return list(messages.values_list("inbox_id", flat=True))


def test_the_same_id_in_two_portfolios_is_two_people():
    house = make_shop(portfolio="111")
    other = connect(house, "222")
    told = ANN.says(10, bsuid=ANN.bsuid)
    deliver(house.connection, [told])
    deliver(other, [told])
    assert Contact.objects.filter(workspace=house.workspace).count() == 2
    rows = ContactIdentity.objects.filter(workspace=house.workspace).order_by("portfolio")
    assert list(rows.values_list("value", "portfolio")) == [(ANN.bsuid, "111"), (ANN.bsuid, "222")]


def test_the_same_id_in_two_accounts_of_one_portfolio_is_one_person():
    house = make_shop(portfolio="111")
    other = connect(house, "111")
    deliver(house.connection, [ANN.says(10, bsuid=ANN.bsuid)])
    deliver(other, [ANN.says(20, bsuid=ANN.bsuid)])
    assert _known_as(only_contact(house)) == [("bsuid", ANN.bsuid, "111")]
    assert _wrote_to(house) == [house.inbox.id, Inbox.objects.get(connection=other).id]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_phone_joins_a_person_s_ids_across_portfolios_and_each_number_sends_to_its_own(order):
    house = make_shop(portfolio="111")
    other = connect(house, "222")
    second = Inbox.objects.get(connection=other)
    told = [
        (house.connection, ANN.says(10, bsuid=ANN.bsuid, phone=ANN.old)),
        (other, ANN.says(20, bsuid=ANN.next_bsuid, phone=ANN.old)),
    ]
    for each in order:
        deliver(told[each][0], [told[each][1]])
    contact = only_contact(house)
    assert not MergeSuggestion.objects.exists()
    ContactIdentity.objects.filter(contact=contact, kind="phone").update(retired_at=clock.now())
    assert recipient_of(house) == ("bsuid", ANN.bsuid)
    assert recipient_of(house, second) == ("bsuid", ANN.next_bsuid)


def test_an_id_of_another_portfolio_is_never_tried():
    house = make_shop(portfolio="111")
    second = Inbox.objects.get(connection=connect(house, "222"))
    deliver(house.connection, [ANN.says(10, bsuid=ANN.bsuid)])
    assert recipient_of(house, second) is None
    assert OutgoingMessage.objects.filter(inbox=second).count() == 1


def test_ids_seen_before_the_portfolio_was_known_come_to_belong_to_it():
    house = make_shop()
    deliver(house.connection, [ANN.says(10, bsuid=ANN.bsuid)])
    Connection.objects.filter(id=house.connection.id).update(portfolio="111")
    deliver(house.connection, [ANN.says(20, bsuid=ANN.bsuid)])
    only_contact(house)
    row = ContactIdentity.objects.get(workspace=house.workspace)
    assert (row.value, row.portfolio) == (ANN.bsuid, "111")


def test_a_parent_id_is_valid_in_every_portfolio():
    house = make_shop(portfolio="111")
    other = connect(house, "222")
    deliver(house.connection, [ANN.says(10, bsuid=ANN.bsuid, parent=ANN.parent)])
    deliver(other, [ANN.says(20, bsuid=ANN.next_bsuid, parent=ANN.parent)])
    assert _known_as(only_contact(house)) == [
        ("bsuid", ANN.bsuid, "111"),
        ("bsuid", ANN.next_bsuid, "222"),
        ("parent_bsuid", ANN.parent, ""),
    ]
    assert _wrote_to(house) == [house.inbox.id, Inbox.objects.get(connection=other).id]


def test_the_messaging_limit_holds_for_all_accounts_of_the_portfolio():
    house = make_shop(portfolio="111")
    same, foreign = connect(house, "111"), make_shop(1, "111")
    body = {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": ACCOUNT,
                "time": T0,
                "changes": [
                    {
                        "field": "business_capability_update",
                        "value": {"max_daily_conversations_per_business": "TIER_2K"},
                    }
                ],
            }
        ],
    }
    deliver(house.connection, [body])
    limits = [
        Connection.objects.get(id=each.id).messaging_limit
        for each in (house.connection, same, foreign.connection)
    ]
    assert limits == ["TIER_2K", "TIER_2K", ""]


def _portfolios(house: House) -> list[str]:
    rows = ContactIdentity.objects.filter(workspace=house.workspace, kind="bsuid").order_by("value")
    return list(rows.values_list("portfolio", flat=True))


def test_naming_the_portfolio_takes_along_the_ids_of_those_who_wrote_to_the_account():
    house = make_shop()
    other = connect(house, "")
    deliver(house.connection, [ANN.says(10, bsuid=ANN.bsuid)])
    deliver(other, [BO.says(20, bsuid=BO.bsuid)])
    set_portfolio(house.connection, "111", by=house.actor(house.owner))
    assert _portfolios(house) == ["111", ""]
    set_portfolio(house.connection, " 112 ", by=house.actor(house.owner))
    assert _portfolios(house) == ["112", ""]
    deliver(house.connection, [ANN.says(30, bsuid=ANN.bsuid)])
    assert Contact.objects.filter(workspace=house.workspace).count() == 2


def test_what_the_platform_tells_of_the_portfolio_never_replaces_what_was_entered():
    house = make_shop()
    learn_portfolio(house.connection, "111", by=house.actor())
    learn_portfolio(house.connection, "222", by=house.actor())
    assert Connection.objects.get(id=house.connection.id).portfolio == "111"


@pytest.mark.parametrize("wrong", ["1 1", "x" * 65, "id/7", "١٢٣"])
def test_a_portfolio_that_cannot_be_one_is_refused(wrong):
    house = make_shop()
    with pytest.raises(Invalid) as caught:
        set_portfolio(house.connection, wrong, by=house.actor(house.owner))
    assert caught.value.facts["fields"].keys() == {"portfolio"}  # type: ignore[attr-defined]
    with pytest.raises(NotAllowed):
        set_portfolio(house.connection, "111", by=house.token_actor("agent"))
