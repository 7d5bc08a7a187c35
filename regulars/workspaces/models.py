from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Lower, Now

from regulars.kernel import clock
from regulars.kernel.crypto import EncryptedTextField
from regulars.kernel.ids import new_id
from regulars.workspaces.permissions import ALL_PERMISSIONS, BUILT_IN, REACHES, THINGS, Rights

THEMES = ("system", "light", "dark")
DENSITIES = ("compact", "comfortable", "spacious")
APP, PASSKEY = "app", "passkey"
"""the kinds of second factors"""


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
    second_factor_from = models.DateTimeField(null=True)
    """from then on every member needs a second factor; null: it is theirs to have one"""
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
    second_factor_at = models.DateTimeField(null=True)
    """since when they have a second factor; null: the password alone lets them in"""
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower"),
            models.CheckConstraint(condition=models.Q(theme__in=list(THEMES)), name="user_theme"),
            models.CheckConstraint(condition=models.Q(density__in=list(DENSITIES)), name="user_density"),
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
    second_factor_from = models.DateTimeField(null=True)
    """from then on whoever has it needs a second factor"""
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

    @property
    def second_factor_from(self) -> datetime | None:
        """From when on they need a second factor, if they do: asked of everybody, or of their role."""
        asked = (self.workspace.second_factor_from, self.role.second_factor_from)
        return min((moment for moment in asked if moment), default=None)

    @property
    def owes_second_factor(self) -> bool:
        """They need one now, and have none: nothing is open to them but to set one up."""
        since = self.second_factor_from
        return since is not None and since <= clock.now() and self.user.second_factor_at is None


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
    """Who did what to which objects, in one request or job; written with the change, never edited.

    In quarters by time; its workspace is named without a foreign key in the database, so that nothing waits for it.
    """

    id = models.BigAutoField(primary_key=True)
    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    actor_kind = models.TextField()
    actor_id = models.UUIDField(null=True)
    actor_name = models.TextField(default="", db_default="")
    act = models.TextField(default="change", db_default="change")
    """look, change, export or sign-in (``trail.acts``)"""
    verb = models.TextField()
    face = models.TextField(default="", db_default="")
    """screen, rest or job; empty on the command line, and before it was noted"""
    route = models.TextField(default="", db_default="")
    """the name of the page, the method and path, or the kind of the job"""
    source = models.GenericIPAddressField(null=True)
    """the network address that asked"""
    object_kind = models.TextField(default="", db_default="")
    object_id = models.TextField(default="", db_default="")
    """of what it is about where that is one thing"""
    object_ids = ArrayField(
        models.UUIDField(), default=list, db_default=models.Value([], ArrayField(models.UUIDField()))
    )
    """all that it touched, kind by kind as ``object_counts`` says"""
    object_counts = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    """``[["conversation", 50], ["contact", 48]]``"""
    details = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    """never what somebody said, nor a number"""
    at = models.DateTimeField(default=clock.now, db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "at", "id"], name="audit_by_moment"),
            models.Index(fields=["workspace", "actor_id", "at", "id"], name="audit_by_actor"),
            models.Index(fields=["workspace", "act", "at", "id"], name="audit_by_act"),
            models.Index(fields=["workspace", "verb", "at", "id"], name="audit_by_verb"),
            models.Index(fields=["workspace", "source", "at", "id"], name="audit_by_source"),
            GinIndex(fields=["object_ids"], name="audit_by_object"),
        ]


class AuditSeal(WorkspaceScoped):
    """A batch of entries of the audit trail, and the hash by which it hangs on the one before (``trail.sealing``)."""

    number = models.IntegerField()
    """from 1"""
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    ranges = models.JSONField()
    """the ids that it covers: ``[[1, 40], [42, 57]]``"""
    entry_count = models.IntegerField()
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    """between which its entries are"""
    previous_hash = models.TextField()
    hash = models.TextField()
    sealed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "number"], name="audit_seal_number")]


class AuditExport(WorkspaceScoped):
    """Entries of the audit trail as a file that a job makes; its id is the job's. It goes by itself."""

    format = models.TextField()
    """csv or json"""
    made_at = models.DateTimeField(null=True)
    """when it was whole"""
    expires_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(default=clock.now, db_default=Now())


class AuditExportPart(models.Model):
    """Some lines of the file."""

    id = models.BigAutoField(primary_key=True)
    export = models.ForeignKey(AuditExport, on_delete=models.CASCADE, related_name="parts")
    body = models.TextField()


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


class SecondFactor(models.Model):
    """What shows beside the password who signs in: an app that makes codes, or a passkey."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="second_factors")
    kind = models.TextField()
    name = models.TextField()
    """what its owner calls it"""
    secret = EncryptedTextField(null=True)
    """of an app, in base 32"""
    last_step = models.BigIntegerField(default=0, db_default=0)
    """of an app: no code of this 30-second step, or of one before it, is taken again"""
    credential_id = models.TextField(null=True, unique=True)
    public_key = models.TextField(null=True)
    """both of a passkey, in base64url"""
    rp_id = models.TextField(default="", db_default="", blank=True)
    """the host that a passkey is for"""
    sign_count = models.BigIntegerField(default=0, db_default=0)
    """of a passkey: how often it says that it signed"""
    created_at = models.DateTimeField(default=clock.now)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind=APP, secret__isnull=False)
                | models.Q(kind=PASSKEY, credential_id__isnull=False, public_key__isnull=False),
                name="second_factor_kind",
            )
        ]

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """A code on paper that stands in for a second factor, once. Only a fingerprint of it is stored."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    code_fingerprint = models.TextField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "code_fingerprint"], name="recovery_code_once")
        ]


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
