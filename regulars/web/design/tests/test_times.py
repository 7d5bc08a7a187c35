"""The words around times and counts: days in the form that a sentence needs, and every plural form of a language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from regulars.web.design.tests import node
from regulars.web.design.tests.node import WEB
from tools.catalogues import LANGUAGES

LOCALE = WEB.parent / "locale"
NOW = "2026-11-30T18:00:00Z"  # a Monday
MOMENTS = {
    "minutes": "2026-11-30T17:39:00Z",
    "hours": "2026-11-30T13:00:00Z",
    "yesterday": "2026-11-29T09:00:00Z",
    "wednesday": "2026-11-25T09:00:00Z",
    "tuesday": "2026-11-25T00:30:00+02:00",
}
SCRIPT = """
const given = JSON.parse(process.argv.at(-1));
let words = {};
const gettext = (text) => words[text] ?? text;
globalThis.django = { gettext, ngettext: (one, many, count) => words.plural(one, count) ?? many };
globalThis.document = { documentElement: { lang: "en", dataset: { timeZone: "UTC" } }, querySelectorAll: () => [] };
const told = {};
for (const [language, catalogue] of Object.entries(given.catalogues)) {
  words = catalogue;
  words.plural = (one, count) => catalogue[one]?.[new Intl.PluralRules(language).select(count)];
  document.documentElement.lang = language;
  const { agoOf, dayHeading } = await import(`${given.web}/design/time/time.js?${language}`);
  const [now, at] = [new Date(given.now), (name) => new Date(given.moments[name])];
  const ago = Object.keys(given.moments).map((name) => agoOf(at(name), now));
  told[language] = { ago, heading: dayHeading(at("wednesday"), now) };
}
console.log(JSON.stringify(told));
process.exit();
"""


def _catalogue(language: str, domain: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        return read_po(file, locale=language)


def _for_scripts(language: str) -> dict[str, object]:
    """A message and its translation; a plural by the names of its categories."""
    words: dict[str, object] = {}
    for message in _catalogue(language, "djangojs"):
        if isinstance(message.id, str):
            words[message.id] = message.string
        else:
            names = ("one", "few", "many") if language == "ru" else ("other",)
            words[message.id[0]] = dict(zip(names, message.string or (), strict=True))
    return words


def test_days_stand_in_sentences_in_the_form_that_the_language_wants(tmp_path: Path) -> None:
    given: dict[str, object] = {
        "now": NOW,
        "moments": MOMENTS,
        "catalogues": {"en": {}, **{language: _for_scripts(language) for language in LANGUAGES}},
    }
    told = node.run(tmp_path, SCRIPT, given, "design/time/time.js", "design/strings.js")
    assert told["en"] == {
        "ago": ["21 minutes ago", "5 hours ago", "yesterday", "on Wednesday", "on Tuesday"],
        "heading": "Wednesday",
    }
    assert told["ru"] == {
        "ago": ["21 минуту назад", "5 часов назад", "вчера", "в среду", "во вторник"],
        "heading": "Среда",
    }
    assert told["ko"] == {"ago": ["21분 전", "5시간 전", "어제", "수요일", "화요일"], "heading": "수요일"}
    assert told["th"]["ago"][-2:] == ["เมื่อวันพุธ", "เมื่อวันอังคาร"]


COUNT = re.compile(r"%\((?:count|counter|shown|seconds)\)[sd]")


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_russian_tells_one_few_and_many_apart(domain: str) -> None:
    """Three different forms, unless the words around the count stay the same (and then in all of them)."""
    plurals = [message for message in _catalogue("ru", domain) if isinstance(message.id, tuple)]
    assert plurals
    for message in plurals:
        forms = [COUNT.sub("#", form) for form in message.string or ()]
        assert len(forms) == 3, message.id
        assert len(set(forms)) in {1, 2, 3}, message.id
        if len(set(forms)) == 2:
            assert message.id[0] in SAME_FOR_FEW_AND_MANY, (message.id, forms)


SAME_FOR_FEW_AND_MANY = {
    "run on %(shown)s conversation",
    "%(count)s new",
    "%(count)s selected",
    "%(count)s time",  # 1 and 5 раз
    "%(with_one)s of %(counter)s member",
    "%(count)s left as it was",
    "%(count)s member has it.",
    (
        "A conversation that is opened again within %(hours)s hour after it was resolved goes on with the same"
        " episode."
    ),
    (
        "A case that is reopened within %(hours)s hour after it was resolved is the same case."
        " Later, a new one follows it."
    ),
    "Taken back, but for %(count)s conversation that others changed since",
    "%(count)s left as it is: %(why)s",
    "%(count)d went to somebody else meanwhile.",
    "%(count)s to the same colleague",
    "whoever has written more than %(count)s message without an answer",
    "It is taken off %(count)s contact or conversation.",
    "opened again once",  # 1 and 5 раз
    "A merge can be undone for %(days)s day, in any order.",
    (
        "Nothing moves: addresses, conversations and messages stay where they are and show as one person's. It can be"
        " undone for %(days)s day."
    ),
    "Could not be processed after %(count)d try",
    "%(part)s: at most %(limit)d character, this has %(actual)s.",
    "Try %(shown)s again",
}
"""where a genitive or an adjective takes the plural for both"""


def test_no_message_counts_without_plural_forms() -> None:
    """A number before a word needs ngettext: “1 messages” is wrong everywhere, “2 сообщений” in Russian."""
    alone = re.compile(r"%\(count(?:er)?\)[sd] [a-z]{3}")
    for domain in ("django", "djangojs"):
        wrong = [
            message.id
            for message in _catalogue("ru", domain)
            if isinstance(message.id, str) and alone.search(message.id)
        ]
        assert wrong == []


def test_no_day_follows_a_preposition_in_a_template() -> None:
    """``{% moment … "stamp" %}`` may become the name of a day, which then stands alone, or after a colon."""
    after_words = re.compile(
        r'\{% translate [\'"][^\'"]*[^\'":][\'"] %\}\s*\{% moment \S+ "(?:stamp|full|second|day)" %\}'
    )
    templates = [*WEB.rglob("*.html")]
    wrong = [
        f"{path.name}: {hit.group()}" for path in templates for hit in after_words.finditer(path.read_text())
    ]
    assert wrong == []
