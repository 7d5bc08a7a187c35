"""Branches that both add, change or drop words merge without a conflict and without a lost word."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.bootstrap import CATALOGUE_MERGE

ROOT = Path(__file__).resolve().parent.parent.parent
GIT = shutil.which("git") or ""
CATALOGUE = Path("regulars/locale/ko/LC_MESSAGES/django.po")
HEAD = (ROOT / CATALOGUE).read_text().partition("#:")[0]

pytestmark = pytest.mark.skipif(not GIT, reason="there is no git on this machine")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with our attributes, our tools and the merge that bootstrap sets up."""
    _git(tmp_path, "init", "--quiet", "--initial-branch=main")
    _git(tmp_path, "config", "user.name", "Ann")
    _git(tmp_path, "config", "user.email", "ann@example.com")
    _git(tmp_path, "config", "merge.catalogues.driver", CATALOGUE_MERGE)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "tools").symlink_to(ROOT / "tools")
    (tmp_path / ".gitattributes").write_text((ROOT / ".gitattributes").read_text())
    _git(tmp_path, "add", ".gitattributes")
    return tmp_path


def _git(folder: Path, *arguments: str) -> int:
    return subprocess.run([GIT, *arguments], cwd=folder, capture_output=True, check=False).returncode


def _entry(message: str, translation: str, place: str = "regulars/web/a.html") -> str:
    return f'#: {place}\nmsgid "{message}"\nmsgstr "{translation}"\n\n'


SAVE, SEND, STOP = _entry("Save", "저장"), _entry("Send", "보내기"), _entry("Stop", "중지")
SKIP = _entry("Skip", "건너뛰기")


def merge(clone: Path, base: str, ours: str, theirs: str) -> tuple[int, str]:
    """What git says when a branch with their catalogue is merged into ours, and the catalogue after it."""
    path = clone / CATALOGUE
    path.parent.mkdir(parents=True)
    for branch, content in (("main", base), ("theirs", theirs), ("ours", ours)):
        if branch != "main":
            _git(clone, "checkout", "--quiet", "-b", branch, "main")
        path.write_text(HEAD + content)
        _git(clone, "add", str(CATALOGUE))
        _git(clone, "commit", "--quiet", "--allow-empty", "--message", branch)
    code = _git(clone, "merge", "--quiet", "--no-edit", "theirs")
    return code, path.read_text().removeprefix(HEAD)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        (SAVE + STOP, SAVE + SEND + STOP, SAVE + SKIP + STOP, SAVE + SEND + SKIP + STOP),
        ("", SEND, SKIP, SEND + SKIP),
        ("", SEND, SEND, SEND),
        (SAVE + STOP, SAVE, SAVE + SKIP + STOP, SAVE + SKIP),
        (SAVE + STOP, SAVE + SEND + STOP, STOP, SEND + STOP),
        (SAVE, _entry("Save", "저장하기"), SAVE + SKIP, _entry("Save", "저장하기") + SKIP),
        (SAVE, SAVE + SEND, _entry("Save", "저장하기"), _entry("Save", "저장하기") + SEND),
        ("", _entry("Save", ""), SAVE, SAVE),
        ("", SAVE, _entry("Save", ""), SAVE),
        (
            SAVE,
            _entry("Save", "저장", "regulars/web/b.html"),
            _entry("Save", "저장하기"),
            _entry("Save", "저장하기", "regulars/web/b.html"),
        ),
    ],
    ids=[
        "both add at one place",
        "both add the first words",
        "both add the same",
        "dropped here, added there",
        "added here, dropped there",
        "changed here, added there",
        "added here, changed there",
        "untranslated here",
        "untranslated there",
        "moved here, changed there",
    ],
)
def test_two_branches_merge(clone: Path, base: str, ours: str, theirs: str, merged: str):
    assert merge(clone, base, ours, theirs) == (0, merged)


def test_two_translations_of_one_message_are_for_people_to_decide(clone: Path):
    code, merged = merge(clone, SAVE, _entry("Save", "보관"), _entry("Save", "저장하기"))
    assert code == 1
    assert (
        merged
        == '# the other side says: 저장하기\n#: regulars/web/a.html\n#, fuzzy\nmsgid "Save"\nmsgstr "보관"\n\n'
    )


def test_forms_and_contexts_are_kept(clone: Path):
    days = 'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "%(n)s일"\n\n'
    plural = f"#: regulars/web/a.html\n#, python-format\n{days}"
    context = '#: regulars/web/b.html\nmsgctxt "person"\nmsgid "Save"\nmsgstr "저장"\n\n'
    assert merge(clone, SAVE, SAVE + plural, SAVE + context) == (0, SAVE + plural + context)
