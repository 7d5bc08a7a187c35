from __future__ import annotations

import hashlib
import json
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from regulars.kernel import clock
from regulars.kernel.crypto import EncryptedTextField
from regulars.kernel.ids import new_id
from regulars.workspaces.permissions import ALL_PERMISSIONS, BUILT_IN, REACHES, THINGS, Rights

THEMES = ("system", "light", "dark")
DENSITIES = ("compact", "comfortable", "spacious")
UNDO_SECONDS = (0, 5, 10)
"""how long what somebody sent may be taken back"""


class Workspace(models.Model):
    """One business."""

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.TextField()
    slug = models.SlugField(unique=True)
    language = models.TextField(default="en")
    time_zone = models.TextField(default="UTC")
    business_week = models.JSONField(null=True, blank=True)
    """``business_time.Week``; null: every hour is a business hour"""
    episode_hours = models.PositiveSmallIntegerField(default=24, db_default=24)
    """a conversation that is opened again within them goes on with the same episode"""
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class WorkspaceScoped(models.Model):
    """A row that belongs to one workspace and must never be read without naming it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    """no index of its own: the rooms index (workspace, what they search by) where they need it"""

    class Meta:
        abstract = True


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in; membership and rights live in :class:`Member`."""

    id = models.UUIDField(primary_key=True, default=new_id)
    email = models.EmailField(unique=True)
    """always stored in lower case"""
    name = models.TextField(default="")
    language = models.TextField(default="en")
    time_zone = models.TextField(default="UTC")
    theme = models.TextField(default="system")
    density = models.TextField(default="comfortable", db_default="comfortable")
    single_keys = models.BooleanField(default=True, db_default=True)
    """whether keys pressed alone do anything"""
    shortcuts = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    """the keys of commands that have other ones than usual: ``{"resolve": "X", "note": ""}``, empty for none"""
    undo_send_seconds = models.SmallIntegerField(default=5, db_default=5)
    """how long an answer waits after it was sent, for its writer to take it back"""
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower"),
            models.CheckConstraint(condition=models.Q(theme__in=list(THEMES)), name="user_theme"),
            models.CheckConstraint(condition=models.Q(density__in=list(DENSITIES)), name="user_density"),
            models.CheckConstraint(
                condition=models.Q(undo_send_seconds__in=list(UNDO_SECONDS)), name="user_undo_seconds"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email


class Team(WorkspaceScoped):
    name = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint("workspace", Lower("name"), name="team_name_unique")]

    def __str__(self) -> str:
        return self.name


class Role(WorkspaceScoped):
    """What members, invitations and tokens may do, and how far they reach."""

    key = models.TextField(null=True)
    """of a built-in one, whose rights are those of ``permissions.BUILT_IN`` and change with the program"""
    name = models.TextField()
    chosen_permissions = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    chosen_reach = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    """both of a role that people made"""
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint("workspace", Lower("name"), name="role_name_unique"),
            models.UniqueConstraint(fields=["workspace", "key"], name="role_key_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def handle(self) -> str:
        """How events, REST and the command line name it: the key of a built-in one, else the id."""
        return self.key or str(self.id)

    @property
    def version(self) -> str:
        """Of what people change: another name or other rights are another version."""
        told = [self.name, sorted(self.rights.permissions), [self.rights.far(each) for each in THINGS]]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]

    @property
    def rights(self) -> Rights:
        if self.key is not None:
            return BUILT_IN.get(self.key, Rights())
        reach = {each: far for each in THINGS if (far := self.chosen_reach.get(each)) in REACHES}
        return Rights(ALL_PERMISSIONS.intersection(self.chosen_permissions), reach)


class Member(WorkspaceScoped):
    """A user's place in a workspace."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="members")
    role = models.ForeignKey(Role, on_delete=models.RESTRICT, related_name="members")
    teams = models.ManyToManyField(Team, related_name="members", blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="member_once")]

    def __str__(self) -> str:
        return str(self.user)


class Invitation(WorkspaceScoped):
    """A door for one person: the link's secret is only stored as a fingerprint."""

    email = models.EmailField()
    role = models.ForeignKey(Role, on_delete=models.RESTRICT, related_name="+")
    invited_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    token_fingerprint = models.TextField(unique=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)


class ApiToken(WorkspaceScoped):
    """A key for scripts. It acts with a role's permissions, narrowed by ``scopes`` when any are given."""

    name = models.TextField()
    role = models.ForeignKey(Role, on_delete=models.RESTRICT, related_name="+")
    scopes = models.JSONField(default=list)
    prefix = models.TextField()
    token_fingerprint = models.TextField(unique=True)
    created_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    @property
    def given(self) -> Rights:
        return self.role.rights.narrowed(self.scopes)

    @property
    def rights(self) -> Rights:
        """What was given, as far as whoever made it has it: a role may grow by somebody else, or with the program."""
        return self.given.within(self.created_by.role.rights) if self.created_by else self.given


class AuditEntry(models.Model):
    """Who did what to which object; written with the change, never edited."""

    id = models.BigAutoField(primary_key=True)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    actor_kind = models.TextField()
    actor_id = models.UUIDField(null=True)
    actor_name = models.TextField(default="")
    verb = models.TextField()
    object_kind = models.TextField()
    object_id = models.TextField()
    details = models.JSONField(default=dict)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["workspace", "-at"], name="audit_by_time")]


class BrowserSession(models.Model):
    """A browser in which somebody is signed in. The key lies in its cookie alone; here stands a fingerprint of it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    key_fingerprint = models.TextField(unique=True)
    data = models.TextField()
    """signed, as Django's sessions are"""
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, related_name="+")
    """the membership that it stands for: it ends with it"""
    browser = models.TextField(default="", db_default="", blank=True)
    """the ``User-Agent`` that the browser names itself with"""
    source = models.GenericIPAddressField(null=True)
    """the network address it was last seen at; told to the person whose session it is, and to nobody else"""
    created_at = models.DateTimeField(default=clock.now)
    last_seen_at = models.DateTimeField(default=clock.now)
    """to the minute"""
    expires_at = models.DateTimeField(db_index=True)


class WrongGuesses(models.Model):
    """How often a password was guessed wrong of late, by what it is counted against."""

    mark = models.TextField(primary_key=True)
    """a keyed hash (``guessing.py`` says of what): without the server's key it tells nothing"""
    count = models.IntegerField()
    last_at = models.DateTimeField(default=clock.now)


class PasswordReset(models.Model):
    """A door to one's own account without its password: the link's secret is only stored as a fingerprint."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    token_fingerprint = models.TextField(unique=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    is_void = models.BooleanField(default=False, db_default=False)
    """used, or overtaken by a password that was set meanwhile; kept for as long as resets are counted"""


class ResetAsked(models.Model):
    """Somebody wants a new password for an address. Whether anybody has it is looked up where nobody measures."""

    mark = models.TextField(primary_key=True)
    """a keyed hash of the address: asked for again while it waits, it is the same"""
    address = EncryptedTextField()
    asked_at = models.DateTimeField(default=clock.now)


# Django finds models from here
from regulars.workspaces.availability_models import DutySettings as DutySettings  # noqa: E402, PLC0414
from regulars.workspaces.availability_models import MemberAvailability as MemberAvailability  # noqa: E402, PLC0414
from regulars.workspaces.availability_models import MemberHistory as MemberHistory  # noqa: E402, PLC0414
from regulars.workspaces.availability_models import MemberLanguage as MemberLanguage  # noqa: E402, PLC0414
from regulars.workspaces.availability_models import MemberSkill as MemberSkill  # noqa: E402, PLC0414
