"""Secrets at rest: sealed, opened with the current or an older key, and with no other."""

from __future__ import annotations

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from regulars.kernel.crypto import EncryptedTextField, Undecryptable, decrypt, encrypt, fingerprint


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_opens_again(text: str):
    sealed = encrypt(text)
    assert decrypt(sealed) == text
    assert sealed != text


def test_the_same_text_is_never_sealed_the_same():
    assert encrypt("token") != encrypt("token")


def test_an_older_key_opens_and_the_newer_one_seals():
    with override_settings(SECRET_KEY="old" * 20, SECRET_KEY_FALLBACKS=[]):
        sealed = encrypt("token")
    with override_settings(SECRET_KEY="new" * 20, SECRET_KEY_FALLBACKS=["old" * 20]):
        assert decrypt(sealed) == "token"
        resealed = encrypt("token")
    with override_settings(SECRET_KEY="new" * 20, SECRET_KEY_FALLBACKS=[]):
        assert decrypt(resealed) == "token"
        with pytest.raises(Undecryptable, match="REGULARS_OLD_SECRET_KEYS"):
            decrypt(sealed)


@pytest.mark.parametrize("sealed", ["", "token", "gAAAAA=="])
def test_what_was_never_sealed_does_not_open(sealed: str):
    with pytest.raises(Undecryptable):
        decrypt(sealed)


def test_the_database_sees_only_sealed_text():
    field = EncryptedTextField()
    stored = field.get_prep_value("token")
    assert "token" not in stored
    assert field.from_db_value(stored, None, None) == "token"
    assert field.get_prep_value(None) is None
    assert field.from_db_value(None, None, None) is None


def test_a_fingerprint_is_a_sha_256():
    assert fingerprint("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
