"""Second factors by the rooms' verbs: what is right once, what is never right, and who may take them away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from regulars.kernel import clock
from regulars.kernel.errors import Conflict, Invalid, NotAllowed
from regulars.kernel.models import Event
from regulars.workspaces.events import SecondFactorAdded, SecondFactorRemoved
from regulars.workspaces.models import AuditEntry, BrowserSession, Member, RecoveryCode, SecondFactor, User
from regulars.workspaces.operations import create_owner
from regulars.workspaces.passkeys import Place, ask_for_known, ask_for_new, read_new
from regulars.workspaces.recovery_codes import COUNT, codes_left
from regulars.workspaces.sealing import seal_secret, unseal_secret
from regulars.workspaces.second_factor_rule import SecondFactorRule, change_rule, rule_of
from regulars.workspaces.second_factors import (
    MOST,
    add_app,
    add_passkey,
    ask_for_passkey,
    factors_of,
    new_codes,
    prove_by_code,
    prove_by_passkey,
    remove_factor,
    reset_factors,
    user_by_passkey,
)
from regulars.workspaces.sessions import SessionStore
from regulars.workspaces.totp import STEP, new_totp_secret, step_of, totp_address
from tests.authenticator import SecurityKey
from tests.cast import PASSWORD, Cast, make_cast

NOW = datetime(2026, 11, 30, 9, 0, 10, tzinfo=UTC)
HOME = Place("https://inbox.example.com")
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890", as in RFC 6238


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@dataclass(slots=True)
class Phone:
    """An app with a secret; ``codes``: the recovery codes that came with it."""

    secret: str
    codes: list[str]

    def code(self, at: datetime) -> str:
        return pyotp.TOTP(self.secret).at(at)


def session_of(user: User) -> BrowserSession:
    store = SessionStore()
    store["_auth_user_id"] = str(user.id)
    store.save()
    assert store.row
    return store.row


def with_app(cast: Cast, member: Member, name: str = "") -> Phone:
    """Set up a minute before ``NOW``."""
    secret, before = new_totp_secret(), NOW - timedelta(minutes=1)
    with clock.frozen_at(before):
        code = pyotp.TOTP(secret).at(before)
        session = session_of(member.user)
        codes = add_app(member, secret, code, name=name, by=cast.actor(member), stays_in=session.id)
    return Phone(secret, codes)


def with_passkey(cast: Cast, member: Member, key: SecurityKey) -> list[str]:
    user = member.user
    question = ask_for_new(HOME, user_id=user.id, email=user.email, name=user.name, known=[])
    made = read_new(key.make(question.options, HOME.origin), HOME, question.challenge)
    return add_passkey(member, made, HOME, name="", by=cast.actor(member), stays_in=session_of(user).id)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert step_of(RFC_SECRET, code, at=at) == seconds // 30


@given(aside=st.integers(-3, 3), after=st.integers(-3, 3))
def test_a_code_is_right_one_step_to_either_side_and_never_again(aside: int, after: int) -> None:
    now = int(NOW.timestamp()) // 30
    code = pyotp.TOTP(RFC_SECRET).at(NOW + aside * STEP)
    found = step_of(RFC_SECRET, code, at=NOW, after=now + after)
    assert found == (now + aside if abs(aside) <= 1 and aside > after else None)


@given(st.text(max_size=8).filter(lambda text: not (len(text) == 6 and text.isascii() and text.isdecimal())))
def test_what_is_no_code_is_wrong(text: str) -> None:
    assert step_of(RFC_SECRET, text, at=NOW) is None


def test_the_picture_says_whose_it_is() -> None:
    address = totp_address(RFC_SECRET, account="ana@lotus.example", place="Lotus & Co")
    assert address == (
        f"otpauth://totp/Regulars%20Lotus%20%26%20Co:ana%40lotus.example?secret={RFC_SECRET}"
        "&issuer=Regulars%20Lotus%20%26%20Co"
    )


def test_a_code_opens_once(cast: Cast) -> None:
    phone = with_app(cast, cast.agent)
    user = cast.agent.user
    with clock.frozen_at(NOW):
        assert [prove_by_code(user, phone.code(NOW)) for _time in range(2)] == [True, False]
        assert prove_by_code(user, phone.code(NOW - STEP)) is False  # older than what was taken
    assert factors_of(user.id).get().last_used_at == NOW


def test_the_code_that_set_it_up_opens_nothing(cast: Cast) -> None:
    phone = with_app(cast, cast.agent)
    before = NOW - timedelta(minutes=1)
    with clock.frozen_at(before + timedelta(seconds=5)):
        assert prove_by_code(cast.agent.user, phone.code(before)) is False


def test_codes_are_read_as_apps_show_them(cast: Cast) -> None:
    phone = with_app(cast, cast.agent)
    code = phone.code(NOW)
    with clock.frozen_at(NOW):
        assert prove_by_code(cast.agent.user, f" {code[:3]} {code[3:]} ") is True


def test_nobody_elses_code_is_right(cast: Cast) -> None:
    phone = with_app(cast, cast.agent)
    with_app(cast, cast.lead)
    with clock.frozen_at(NOW):
        assert prove_by_code(cast.lead.user, phone.code(NOW)) is False
        assert prove_by_code(cast.lead.user, phone.codes[0]) is False


def test_a_recovery_code_opens_once_however_it_is_written(cast: Cast) -> None:
    phone = with_app(cast, cast.agent)
    written = phone.codes[0].replace("-", " ").upper().replace("0", "O").replace("1", "l")
    assert len(set(phone.codes)) == COUNT
    assert [prove_by_code(cast.agent.user, written) for _time in range(2)] == [True, False]
    assert codes_left(cast.agent.user_id) == COUNT - 1


def test_new_recovery_codes_end_those_of_before(cast: Cast) -> None:
    phone = with_app(cast, cast.agent)
    fresh = new_codes(cast.agent, by=cast.actor(cast.agent))
    assert [prove_by_code(cast.agent.user, code) for code in (phone.codes[0], fresh[0])] == [False, True]
    with pytest.raises(Conflict):
        new_codes(cast.lead, by=cast.actor(cast.lead))


def test_only_the_first_one_comes_with_codes_and_signs_out_elsewhere(cast: Cast) -> None:
    elsewhere = session_of(cast.agent.user)
    first = with_app(cast, cast.agent)
    assert not BrowserSession.objects.filter(id=elsewhere.id).exists()
    here = session_of(cast.agent.user)
    second = with_app(cast, cast.agent, "Tablet")
    assert (len(first.codes), second.codes) == (COUNT, [])
    assert BrowserSession.objects.filter(id=here.id).exists()


def test_with_the_last_one_all_is_gone(cast: Cast) -> None:
    with_app(cast, cast.agent)
    key = SecurityKey()
    with_passkey(cast, cast.agent, key)
    app, passkey = factors_of(cast.agent.user_id)
    by = cast.actor(cast.agent)
    remove_factor(cast.agent, app, by=by)
    assert User.objects.get(id=cast.agent.user_id).second_factor_at is not None
    remove_factor(cast.agent, passkey, by=by)
    remove_factor(cast.agent, passkey, by=by)
    assert User.objects.get(id=cast.agent.user_id).second_factor_at is None
    assert RecoveryCode.objects.count() == 0
    kinds = [
        (each.kind, each.body["kind"])
        for each in Event.objects.filter(kind__startswith="SecondFactor").order_by("id")
    ]
    assert kinds == [
        (SecondFactorAdded.__name__, "app"),
        (SecondFactorAdded.__name__, "passkey"),
        (SecondFactorRemoved.__name__, "app"),
        (SecondFactorRemoved.__name__, "passkey"),
    ]


def test_secrets_lie_sealed_and_codes_as_fingerprints(cast: Cast) -> None:
    phone = with_app(cast, cast.agent)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT secret FROM workspaces_secondfactor UNION ALL SELECT code_fingerprint FROM workspaces_recoverycode"
        )
        stored = "\n".join(row[0] for row in cursor.fetchall())
    plain = [phone.secret, *phone.codes, *(code.replace("-", "") for code in phone.codes)]
    assert [each for each in plain if each in stored] == []


def test_under_another_key_the_recovery_codes_still_open(cast: Cast, settings) -> None:
    phone = with_app(cast, cast.agent)
    settings.SECRET_KEY = "another " * 8
    with clock.frozen_at(NOW):
        assert prove_by_code(cast.agent.user, phone.code(NOW)) is False
        assert prove_by_code(cast.agent.user, phone.codes[0]) is True


def test_the_secret_of_a_page_is_for_one_person_and_a_quarter_of_an_hour(cast: Cast) -> None:
    with clock.frozen_at(NOW):
        sealed = seal_secret(cast.agent.user, RFC_SECRET)
        assert unseal_secret(cast.agent.user, sealed) == RFC_SECRET
        assert unseal_secret(cast.lead.user, sealed) is None
        assert unseal_secret(cast.agent.user, sealed[:-2]) is None
    with clock.frozen_at(NOW + timedelta(minutes=15)):
        assert unseal_secret(cast.agent.user, sealed) is None


def test_a_wrong_code_sets_up_nothing(cast: Cast) -> None:
    session = session_of(cast.agent.user)
    with pytest.raises(Invalid):
        add_app(cast.agent, RFC_SECRET, "000000", name="", by=cast.actor(cast.agent), stays_in=session.id)
    assert SecondFactor.objects.count() == 0


def test_there_is_an_end_to_how_many(cast: Cast) -> None:
    with_app(cast, cast.agent)
    user = cast.agent.user
    SecondFactor.objects.bulk_create(
        SecondFactor(user=user, kind="app", name="x", secret=RFC_SECRET) for _number in range(MOST - 1)
    )
    with pytest.raises(Conflict):
        with_app(cast, cast.agent)


def test_a_passkey_is_the_second_step(cast: Cast) -> None:
    key = SecurityKey(verifies=False)
    assert len(with_passkey(cast, cast.agent, key)) == COUNT
    user = cast.agent.user
    asked = ask_for_passkey(user, HOME)
    assert asked
    answer = key.sign(asked.options, HOME.origin)
    assert prove_by_passkey(user, answer, HOME, asked.challenge) is True
    assert prove_by_passkey(user, answer, HOME, "another") is False
    assert prove_by_passkey(cast.lead.user, answer, HOME, asked.challenge) is False
    assert ask_for_passkey(user, Place("https://elsewhere.example.com")) is None


def test_a_passkey_comes_instead_of_a_password_when_the_device_knows_the_person(cast: Cast) -> None:
    key = SecurityKey()
    with_passkey(cast, cast.agent, key)
    asked = ask_for_known(HOME, [])
    assert user_by_passkey(key.sign(asked.options, HOME.origin), HOME, asked.challenge) == cast.agent.user
    key.verifies = False
    assert user_by_passkey(key.sign(asked.options, HOME.origin), HOME, asked.challenge) is None


def test_wrong_answers_of_a_passkey(cast: Cast) -> None:
    key, other = SecurityKey(), SecurityKey()
    with_passkey(cast, cast.agent, key)
    other.credential_id, other.user_handle = key.credential_id, key.user_handle
    asked = ask_for_known(HOME, [])
    answers = {
        "a false page": key.sign(asked.options, "https://inbox.example.com.evil.example"),
        "another host": key.sign(asked.options, HOME.origin, rp_id="evil.example"),
        "another key": other.sign(asked.options, HOME.origin),
        "none": "",
        "no JSON": "[" * 30_000,
        "a word": '"x"',
    }
    right = {name: user_by_passkey(answer, HOME, asked.challenge) for name, answer in answers.items()}
    assert right == dict.fromkeys(answers)


def test_a_copied_key_that_counts_backwards_is_refused(cast: Cast) -> None:
    key = SecurityKey()
    with_passkey(cast, cast.agent, key)
    key.count = 10
    asked = ask_for_known(HOME, [])
    assert user_by_passkey(key.sign(asked.options, HOME.origin), HOME, asked.challenge) == cast.agent.user
    key.count = 3
    assert user_by_passkey(key.sign(asked.options, HOME.origin), HOME, asked.challenge) is None


def test_a_passkey_is_added_once(cast: Cast) -> None:
    key = SecurityKey()
    with_passkey(cast, cast.agent, key)
    with pytest.raises(Conflict):
        with_passkey(cast, cast.lead, key)


@pytest.mark.parametrize(
    ("origin", "takes"),
    [("http://127.0.0.1:8000", False), ("http://[::1]", False), ("http://localhost:8000", True)],
)
def test_passkeys_are_for_names(origin: str, takes: bool) -> None:
    assert Place(origin).takes_passkeys is takes


def test_an_admin_removes_them_and_signs_out(cast: Cast) -> None:
    with_app(cast, cast.agent)
    reset_factors(cast.agent, by=cast.actor(cast.owner))
    assert (SecondFactor.objects.count(), RecoveryCode.objects.count()) == (0, 0)
    assert not BrowserSession.objects.filter(user=cast.agent.user).exists()
    told = Event.objects.get(kind=SecondFactorRemoved.__name__).body
    assert (told["kind"], told["by"]["name"]) == ("all", str(cast.owner))
    assert AuditEntry.objects.filter(verb="second_factor:reset", object_id=str(cast.agent.id)).count() == 1
    reset_factors(cast.agent, by=cast.actor(cast.owner))  # asked again, nothing changes
    assert Event.objects.filter(kind=SecondFactorRemoved.__name__).count() == 1


def test_who_may_not_remove_them(cast: Cast) -> None:
    for member in (cast.owner, cast.agent):
        with_app(cast, member)
    elsewhere = create_owner("Elsewhere", cast.agent.user.email, PASSWORD)
    refused = [
        (cast.agent, cast.lead),  # no permission
        (cast.owner, cast.owner),  # oneself
        (cast.agent, cast.owner),  # who works elsewhere, too
    ]
    for member, by in refused:
        with pytest.raises(NotAllowed):
            reset_factors(member, by=cast.actor(by))
    with pytest.raises(Member.DoesNotExist):
        reset_factors(elsewhere, by=cast.actor(cast.owner))  # of another workspace
    with pytest.raises(NotAllowed):
        reset_factors(cast.owner, by=cast.token_actor("admin"))  # who may do more
    assert SecondFactor.objects.count() == 2


def test_of_whom_it_is_asked(cast: Cast) -> None:
    by = cast.actor(cast.owner)
    soon = clock.now() + timedelta(days=7)
    change_rule(SecondFactorRule(roles=((cast.lead.role_id, soon),)), by=by)
    members = Member.objects.filter(workspace=cast.workspace)
    asked = {each.id for each in members if each.second_factor_from}
    assert asked == {cast.lead.id}
    assert not Member.objects.get(id=cast.lead.id).owes_second_factor
    with clock.frozen_at(soon):
        assert Member.objects.get(id=cast.lead.id).owes_second_factor
    change_rule(SecondFactorRule(everybody_from=NOW), by=by)
    assert rule_of(cast.workspace.id) == SecondFactorRule(everybody_from=NOW)
    assert Member.objects.get(id=cast.agent.id).owes_second_factor
    with_app(cast, cast.agent)
    assert not Member.objects.get(id=cast.agent.id).owes_second_factor


def test_who_may_not_ask_for_it(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        change_rule(SecondFactorRule(everybody_from=NOW), by=cast.token_actor("admin"))
    with pytest.raises(Invalid):
        change_rule(SecondFactorRule(roles=((cast.stranger.owner.role_id, NOW),)), by=cast.actor(cast.owner))
