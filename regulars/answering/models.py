from __future__ import annotations

from django.db import models

from regulars.conversations.models import Conversation
from regulars.workspaces.models import Member


class Hold(models.Model):
    """Who answers a conversation now. Over when its time is, whoever is still in the row."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+", db_index=False)
    until = models.DateTimeField()
