"""Passkeys (WebAuthn level 2): what the browser is asked, and whether its answer is right. No database here.

Source: https://www.w3.org/TR/webauthn-2/. The library judges the formats and signatures; here stand our choices: no
attestation (which maker's key it is does not matter to us), the person verified by the device where it can, and always
where the passkey comes instead of a password.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from regulars.kernel.ids import parse_id

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

BUSINESS = "Regulars"
LONGEST_ANSWER = 20_000
"""characters of what a browser sends; usual are 1,500"""


class WrongPasskey(ValueError):
    """The answer is none, is for another question or place, or its signature is not the passkey's."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the person sees us: a passkey is for one host, and opens nothing elsewhere."""

    origin: str
    """``https://inbox.example.com``"""

    @property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or ""

    @property
    def takes_passkeys(self) -> bool:
        """Browsers know them for names only, not for network addresses."""
        try:
            ip_address(self.host)
        except ValueError:
            return bool(self.host)
        return False


@dataclass(frozen=True, slots=True)
class Question:
    """What the browser is to be asked: JSON, and the challenge (base64url) that its answer must hold."""

    options: str
    challenge: str


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """All in base64url."""

    credential_id: str
    public_key: str
    sign_count: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What an answer says before it is judged: which passkey, and whose (None where the device does not say)."""

    credential_id: str
    user_id: UUID | None


def ask_for_new(
    place: Place, *, user_id: UUID, email: str, name: str, known: Iterable[tuple[str, str]]
) -> Question:
    """``known``: (credential id, host) of passkeys that they have: the same device makes no second one."""
    from webauthn import generate_registration_options
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=place.host,
        rp_name=BUSINESS,
        user_id=user_id.bytes,
        user_name=email,
        user_display_name=name or email,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[_descriptor(each) for each, host in known if host == place.host],
    )
    return _question(options)


def ask_for_known(place: Place, credential_ids: Iterable[str]) -> Question:
    """``credential_ids``: none to ask for whichever passkey the person has, which then comes instead of a password."""
    from webauthn import generate_authentication_options
    from webauthn.helpers.structs import UserVerificationRequirement

    wanted = [_descriptor(each) for each in credential_ids]
    verification = UserVerificationRequirement.PREFERRED if wanted else UserVerificationRequirement.REQUIRED
    return _question(
        generate_authentication_options(
            rp_id=place.host, allow_credentials=wanted, user_verification=verification
        )
    )


def _descriptor(credential_id: str) -> PublicKeyCredentialDescriptor:
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor as Descriptor

    return Descriptor(id=base64url_to_bytes(credential_id))


def _question(options: object) -> Question:
    from webauthn.helpers import bytes_to_base64url, options_to_json

    return Question(options_to_json(options), bytes_to_base64url(options.challenge))  # type: ignore[arg-type, attr-defined]  # of either kind


def read_new(answer: str, place: Place, challenge: str) -> NewPasskey:
    """Raises :class:`WrongPasskey`."""
    from webauthn import verify_registration_response
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        made = verify_registration_response(
            credential=_bounded(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=place.host,
            expected_origin=place.origin,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise WrongPasskey(str(error)) from error
    return NewPasskey(
        bytes_to_base64url(made.credential_id),
        bytes_to_base64url(made.credential_public_key),
        made.sign_count,
    )


def read_claim(answer: str) -> Claim:
    """Raises :class:`WrongPasskey`."""
    from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        said = parse_authentication_credential_json(_bounded(answer))
        handle = said.response.user_handle
        user_id = UUID(bytes=handle) if handle else None
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise WrongPasskey(str(error)) from error
    return Claim(bytes_to_base64url(said.raw_id), user_id and parse_id(str(user_id)))


def judge(
    answer: str,
    place: Place,
    challenge: str,
    *,
    rp_id: str,
    public_key: str,
    sign_count: int,
    is_person_verified: bool,
) -> int:
    """How often the passkey says that it signed. Raises :class:`WrongPasskey`.

    ``rp_id``: the host that it was made for; ``is_person_verified``: the device must have asked for a finger or a PIN.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        right = verify_authentication_response(
            credential=_bounded(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=rp_id,
            expected_origin=place.origin,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=sign_count,
            require_user_verification=is_person_verified,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise WrongPasskey(str(error)) from error
    return right.new_sign_count


def _bounded(answer: str) -> str:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("too long")
    return answer
