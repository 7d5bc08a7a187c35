import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import regulars.kernel.clock
import regulars.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0025_open_history"),
        ("workspaces", "0010_business_hours"),
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="episode_id",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="Episode",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("number", models.IntegerField()),
                ("opened_at", models.DateTimeField()),
                ("first_answer_at", models.DateTimeField(blank=True, null=True)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                ("resolved_by_kind", models.TextField(blank=True, db_default="", default="")),
                ("resolved_by_id", models.UUIDField(blank=True, null=True)),
                ("resolved_by_name", models.TextField(blank=True, db_default="", default="")),
                ("reopened_at", models.DateTimeField(blank=True, null=True)),
                ("reopened_count", models.IntegerField(db_default=0, default=0)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=regulars.kernel.clock.now,
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="episodes",
                        to="conversations.conversation",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["workspace", "opened_at"], name="episode_by_time")],
                "constraints": [
                    models.UniqueConstraint(fields=("conversation", "number"), name="episode_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("resolved_at__isnull", True)),
                        fields=("conversation",),
                        name="episode_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("resolved_at__isnull", True),
                            ("resolved_at__gte", models.F("opened_at")),
                            _connector="OR",
                        ),
                        name="episode_ends_after_it_began",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("episode_id", models.UUIDField(blank=True, null=True)),
                ("channel", models.TextField()),
                ("tier", models.TextField(blank=True, db_default="", default="")),
                ("kind", models.TextField()),
                ("at", models.DateTimeField()),
                ("by_kind", models.TextField()),
                ("by_id", models.UUIDField(blank=True, null=True)),
                ("by_name", models.TextField(blank=True, db_default="", default="")),
                ("member_id", models.UUIDField(blank=True, null=True)),
                ("team_id", models.UUIDField(blank=True, null=True)),
                ("message_id", models.UUIDField(blank=True, null=True)),
                ("is_first", models.BooleanField(db_default=False, default=False)),
                ("since", models.DateTimeField(blank=True, null=True)),
                ("wait_seconds", models.IntegerField(blank=True, null=True)),
                ("business_seconds", models.IntegerField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=regulars.kernel.clock.now,
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="facts",
                        to="conversations.conversation",
                    ),
                ),
                (
                    "inbox",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inboxes.inbox",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["conversation", "at", "id"], name="fact_of_conversation"),
                    models.Index(fields=["workspace", "kind", "at"], name="fact_by_kind_and_time"),
                    models.Index(
                        condition=models.Q(("kind", "answered"), ("withdrawn_at__isnull", True)),
                        fields=["episode_id", "at"],
                        name="fact_answer_of_episode",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "answered")),
                        fields=("message_id",),
                        name="fact_answered_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ("answered", "assigned", "handed_to_team", "resolved", "reopened"))
                        ),
                        name="fact_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by_kind__in", ("contact", "person", "phone_app", "machine"))),
                        name="fact_by_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "answered"), _negated=True),
                            models.Q(
                                ("business_seconds__gte", 0),
                                ("message_id__isnull", False),
                                ("since__isnull", False),
                                ("wait_seconds__gte", 0),
                            ),
                            _connector="OR",
                        ),
                        name="fact_answer_has_wait",
                    ),
                ],
            },
        ),
    ]
