"""The catalogue check finds what a reader in another language would miss."""

from pathlib import Path

import pytest

from tools import catalogues

PO_HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
WANTED: dict[catalogues.Key, str] = {
    ("Send", None): "a.html",
    ("Open", "verb"): "b.py",
    (("%(count)s message", "%(count)s messages"), None): "b.py",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    return tmp_path


def korean(content: str) -> list[str]:
    path = catalogues.path_of("ko")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PO_HEAD + content)
    return list(catalogues.gaps_of("ko", WANTED))


COMPLETE = (
    'msgid "Send"\nmsgstr "보내기"\n\n'
    'msgctxt "verb"\nmsgid "Open"\nmsgstr "열기"\n\n'
    'msgid "%(count)s message"\nmsgid_plural "%(count)s messages"\nmsgstr[0] "메시지 %(count)s개"\n'
)


def test_a_complete_catalogue_has_no_gaps(root: Path):
    assert korean(COMPLETE) == []


def test_a_missing_catalogue_is_one_gap(root: Path):
    assert list(catalogues.gaps_of("ko", WANTED)) == [
        "ko: regulars/locale/ko/LC_MESSAGES/django.po is missing (3 messages)"
    ]


@pytest.mark.parametrize(
    ("old", "new", "gap"),
    [
        ('"보내기"', '""', "ko: not translated: 'Send' (a.html)"),
        ('msgid "Send"', '#, fuzzy\nmsgid "Send"', "ko: fuzzy: 'Send' (a.html)"),
        ('msgctxt "verb"\n', "", "ko: missing: 'Open' (b.py)"),
        ("메시지 %(count)s개", "메시지 %(number)s개", "ko: other placeholders: '%(count)s message' (b.py)"),
    ],
)
def test_each_kind_of_gap_is_named_with_its_place(root: Path, old: str, new: str, gap: str):
    assert korean(COMPLETE.replace(old, new)) == [gap]


def test_messages_are_found_in_python_and_in_templates(root: Path):
    room = root / "regulars" / "room"
    (room / "tests").mkdir(parents=True)
    (room / "a.py").write_text(
        'x = _("one")\ny = gettext_lazy("two")\nz = ngettext("%(n)s a", "%(n)s b", n)\nw = pgettext("c", "three")\n'
    )
    (room / "b.html").write_text(
        "{% load i18n %}{% translate 'four' %}"
        "{% blocktranslate count n=n %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}"
        '{% translate "five" context "clock" %}'
    )
    (room / "tests" / "test_a.py").write_text('_("never shown")\n')
    assert set(catalogues.messages_in_sources()) == {
        ("one", None),
        ("two", None),
        (("%(n)s a", "%(n)s b"), None),
        ("three", "c"),
        ("four", None),
        (("%(n)s day", "%(n)s days"), None),
        ("five", "clock"),
    }


def test_messages_of_scripts_are_a_catalogue_of_their_own(root: Path):
    room = root / "regulars" / "room"
    room.mkdir(parents=True)
    (room / "a.html").write_text('{% load i18n %}{% translate "of the server" %}')
    (room / "a.js").write_text(
        'const kinds = [{ types: /^image\\/(jpeg|png)$/, name: gettext("one") }];\n'
        'say(interpolate(ngettext("%(count)s a", "%(count)s b", count), { count, name: gettext("two") }));\n'
    )
    assert set(catalogues.messages_in_sources("djangojs")) == {
        ("one", None),
        (("%(count)s a", "%(count)s b"), None),
        ("two", None),
    }


def test_updating_keeps_translations_and_adds_what_is_new(root: Path, capsys: pytest.CaptureFixture[str]):
    (root / "regulars").mkdir()
    (root / "regulars" / "a.py").write_text('x = _("Send")\ny = _("Save")\n')
    korean(COMPLETE)
    assert catalogues.update_all() == 1
    catalogue = catalogues.read_catalogue("ko")
    assert {message.id: message.string for message in catalogue if message.id} == {
        "Save": "",
        "Send": "보내기",
    }
    assert "ko: not translated: 'Save' (regulars/a.py)" in capsys.readouterr().out.splitlines()
