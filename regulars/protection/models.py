from __future__ import annotations

from django.db import models

from regulars.workspaces.models import Workspace


class ProtectionSettings(models.Model):
    """Which words protect a message in a workspace. Without a row it is on, with the words of the house."""

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, primary_key=True, related_name="+")
    is_on = models.BooleanField(default=True, db_default=True)
    words = models.JSONField()
    """by language; what is found is protected whatever language it is in"""
