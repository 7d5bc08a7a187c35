import django.db.models.deletion
from django.db import migrations, models

# Each row that has ended is followed by one of the same fact that begins at that moment (docs/decisions/history.md).
CHAIN = """
ALTER TABLE workspaces_memberhistory ADD CONSTRAINT member_history_goes_on
  FOREIGN KEY (member_id, fact, until_at) REFERENCES workspaces_memberhistory (member_id, fact, from_at)
  DEFERRABLE INITIALLY DEFERRED;
"""
UNCHAIN = "ALTER TABLE workspaces_memberhistory DROP CONSTRAINT member_history_goes_on;"


class Migration(migrations.Migration):
    """Who is on duty, how much they take, what they are good at."""

    dependencies = [
        ("workspaces", "0011_password_resets"),
    ]

    operations = [
        migrations.CreateModel(
            name="DutySettings",
            fields=[
                (
                    "workspace",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="workspaces.workspace",
                    ),
                ),
                ("capacity", models.PositiveSmallIntegerField(db_default=10, default=10)),
                ("away_after_minutes", models.PositiveSmallIntegerField(db_default=5, default=5)),
                ("reply_claims", models.BooleanField(db_default=True, default=True)),
            ],
        ),
        migrations.CreateModel(
            name="MemberLanguage",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "member_id", "language", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("language", models.TextField()),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="languages",
                        to="workspaces.member",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MemberSkill",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "member_id", "word", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("word", models.TextField()),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="skills",
                        to="workspaces.member",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MemberAvailability",
            fields=[
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="availability",
                        serialize=False,
                        to="workspaces.member",
                    ),
                ),
                ("chosen", models.TextField(db_default="online", default="online")),
                ("state", models.TextField(db_default="away", default="away")),
                ("since", models.DateTimeField()),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                ("capacity", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "online")),
                        fields=["seen_at"],
                        name="availability_present",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("chosen__in", ("online", "away", "off_duty"))),
                        name="availability_chosen",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("online", "away", "off_duty"))),
                        name="availability_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("capacity__isnull", True), ("capacity__lte", 500), _connector="OR"
                        ),
                        name="availability_capacity",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberHistory",
            fields=[
                ("fact", models.TextField()),
                ("value", models.TextField(blank=True, null=True)),
                ("name", models.TextField(blank=True, db_default="", default="")),
                ("from_at", models.DateTimeField()),
                ("until_at", models.DateTimeField(blank=True, null=True)),
                ("since_unknown", models.BooleanField(db_default=False, default=False)),
                ("by_kind", models.TextField()),
                ("by_id", models.UUIDField(blank=True, null=True)),
                ("by_name", models.TextField(blank=True, db_default="", default="")),
                ("why", models.TextField(blank=True, db_default="", default="")),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "member_id",
                        "fact",
                        "from_at",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="history",
                        to="workspaces.member",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_at__isnull", True)),
                        fields=("member", "fact"),
                        name="member_history_open_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until_at__isnull", False)),
                        fields=("member", "fact", "until_at"),
                        name="member_history_ended_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_at__isnull", True), ("until_at__gt", models.F("from_at")), _connector="OR"
                        ),
                        name="member_history_ends_after",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "by_kind__in",
                                (
                                    "member",
                                    "token",
                                    "contact",
                                    "system",
                                    "rule",
                                    "condition",
                                    "model",
                                    "import",
                                    "sync",
                                ),
                            )
                        ),
                        name="member_history_by_kind",
                    ),
                ],
            },
        ),
        migrations.RunSQL(CHAIN, UNCHAIN),
    ]
