"""The first owner: with the secret only, and one of however many try at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from regulars.kernel.errors import Conflict, NotAllowed
from regulars.workspaces.models import Member, User
from regulars.workspaces.setting_up import create_first_owner, is_set_up, is_set_up_secret, set_up_secret
from tests.cast import PASSWORD


def come_first(secret: str, name: str = "first") -> Member:
    return create_first_owner(
        secret,
        workspace_name="Tea House",
        email=f"{name}@tea.example",
        password=PASSWORD,
        name=name,
        language="en",
        time_zone="UTC",
    )


@pytest.mark.django_db
@pytest.mark.parametrize("secret", ["", "guess", "пароль", "0" * 40])
def test_without_the_secret_nobody_comes_in(secret: str):
    assert not is_set_up_secret(secret)
    with pytest.raises(NotAllowed):
        come_first(secret)
    assert not is_set_up()


@pytest.mark.django_db
def test_the_secret_follows_from_the_servers_key_and_opens_once(settings):
    secret = set_up_secret()
    assert (set_up_secret(), len(secret)) == (secret, 40)
    assert come_first(secret).role.key == "owner"
    with pytest.raises(Conflict):
        come_first(secret, "second")
    settings.SECRET_KEY = "another " * 8
    assert not is_set_up_secret(secret)


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_becomes_owner():
    def try_it(number: int) -> str:
        try:
            come_first(set_up_secret(), f"person{number}")
            return "owner"
        except Conflict:
            return "told"
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(try_it, range(8)))
    assert sorted(answers) == ["owner"] + ["told"] * 7
    assert (User.objects.count(), Member.objects.count()) == (1, 1)
