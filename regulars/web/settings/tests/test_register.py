"""A walk through the register: who may open each page, where it is found, and under which words."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from regulars.web.design.tests.test_rules import ICONS
from regulars.web.settings.page import SettingsPage
from regulars.web.settings.register import GROUPS, PAGES, page_of
from regulars.workspaces.models import Member, User
from tests.cast import Cast

SignIn = Callable[[Member], Client]
LANGUAGES = [code for code, _name in settings.LANGUAGES]
EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.key)


def rail_of(client: Client) -> dict[str, tuple[str, str]]:
    """The pages of the rail by address: the name that stands there, and the words that the command box knows."""
    html = client.get("/inbox/open").content.decode()
    entries = re.findall(
        r'<a\s[^>]*href="(/settings/[^"]*)"[^>]*data-words="([^"]*)"[^>]*>(.*?)</a>', html, re.DOTALL
    )
    return {address: (re.sub(r"<[^>]*>", "", inside).strip(), words) for address, words, inside in entries}


@EACH_PAGE
def test_a_page_opens_for_whoever_has_the_right_and_for_nobody_else(
    cast: Cast, sign_in: SignIn, page: SettingsPage
) -> None:
    """And everybody finds in the rail what they may open."""
    address = reverse(page.key)
    for member in cast.members.values():
        client, may = sign_in(member), page.is_open_to(cast.actor(member))
        assert client.get(address).status_code == (200 if may else 403)
        assert (address in rail_of(client)) is may
    assert Client().get(address)["Location"].startswith("/sign-in")


@pytest.mark.parametrize("language", LANGUAGES)
def test_navigation_and_command_box_find_every_page_in_the_members_language(
    cast: Cast, sign_in: SignIn, language: str
) -> None:
    User.objects.filter(id=cast.owner.user_id).update(language=language)
    client = sign_in(Member.objects.get(id=cast.owner.id))
    with translation.override(language):
        expected = {reverse(page.key): (str(page.label), str(page.words)) for page in PAGES}
        headings = [str(group.label) for group in GROUPS]
    assert rail_of(client) == expected
    html = client.get("/inbox/open").content.decode()
    assert [heading for heading in headings if heading not in html] == []


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
@EACH_PAGE
def test_every_page_has_words_in_every_language(page: SettingsPage, language: str) -> None:
    """Names may be the same in two languages; what a page is about is not."""
    with translation.override("en"):
        english = str(page.words)
    with translation.override(language):
        assert (str(page.words) != english, bool(str(page.label))) == (True, True)


@EACH_PAGE
def test_the_page_and_its_acts_mark_it_in_the_navigation(
    cast: Cast, sign_in: SignIn, page: SettingsPage
) -> None:
    assert [page_of(route.name) for route in page.routes] == [page] * len(page.routes)
    html = sign_in(cast.owner).get(reverse(page.key)).content.decode()
    current = re.findall(r'<a\s[^>]*href="([^"]*)"[^>]*aria-current="page"', html)
    assert reverse(page.key) in current
    followed = re.findall(r'data-page="([^"]*)"\s+data-follows="([^"]*)"\s+data-cursor="\d+\.\d+\.\d+"', html)
    assert followed == ([(reverse(page.key), page.key)] if page.topic else [])


def test_no_two_pages_share_a_key_an_address_or_a_route() -> None:
    routes = [route.name for page in PAGES for route in page.routes]
    assert len({page.address for page in PAGES}) == len(PAGES)
    assert len(set(routes)) == len(routes)
    assert {page.icon for page in PAGES} <= ICONS


@pytest.mark.parametrize("role", ["owner", "admin", "lead", "agent"])
def test_settings_open_at_the_first_page_one_may_see(cast: Cast, sign_in: SignIn, role: str) -> None:
    member = cast.members[role]
    first = next(page for page in PAGES if page.is_open_to(cast.actor(member)))
    assert sign_in(member).get("/settings")["Location"] == reverse(first.key)
