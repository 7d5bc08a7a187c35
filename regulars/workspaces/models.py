from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from regulars.kernel import clock
from regulars.kernel.ids import new_id
from regulars.workspaces.permissions import ROLES


class Workspace(models.Model):
    """One business."""

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.TextField()
    slug = models.SlugField(unique=True)
    language = models.TextField(default="en")
    time_zone = models.TextField(default="UTC")
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
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower"),
            models.CheckConstraint(
                condition=models.Q(theme__in=["system", "light", "dark"]), name="user_theme"
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


class Member(WorkspaceScoped):
    """A user's place in a workspace."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="members")
    role = models.TextField()
    teams = models.ManyToManyField(Team, related_name="members", blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="member_once"),
            models.CheckConstraint(condition=models.Q(role__in=ROLES), name="member_role"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Invitation(WorkspaceScoped):
    """A door for one person: the link's secret is only stored as a fingerprint."""

    email = models.EmailField()
    role = models.TextField()
    invited_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    token_fingerprint = models.TextField(unique=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(role__in=ROLES), name="invitation_role")]


class ApiToken(WorkspaceScoped):
    """A key for scripts. It acts with a role's permissions, narrowed by ``scopes`` when any are given."""

    name = models.TextField()
    role = models.TextField()
    scopes = models.JSONField(default=list)
    prefix = models.TextField()
    token_fingerprint = models.TextField(unique=True)
    created_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(role__in=ROLES), name="token_role")]


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


class FailedSignIn(models.Model):
    """A wrong password, remembered for a while so that guessing is slow. Neither address is readable."""

    id = models.BigAutoField(primary_key=True)
    account = models.TextField()
    """fingerprint of the e-mail address that was tried"""
    source = models.TextField()
    """fingerprint of the network address it came from"""
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            models.Index(fields=["account", "at"], name="failed_sign_in_account"),
            models.Index(fields=["source", "at"], name="failed_sign_in_source"),
        ]
