import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now

import regulars.kernel.clock
import regulars.kernel.ids
from regulars.workspaces.trail.parts import ENTRIES

_FORWARD = """
ALTER TABLE workspaces_auditentry RENAME TO workspaces_auditentry_before;
CREATE SEQUENCE workspaces_auditentry_serial;
CREATE TABLE workspaces_auditentry (
  id bigint NOT NULL DEFAULT nextval('workspaces_auditentry_serial'),
  workspace_id uuid NOT NULL,
  actor_kind text NOT NULL,
  actor_id uuid,
  actor_name text NOT NULL DEFAULT '',
  act text NOT NULL DEFAULT 'change',
  verb text NOT NULL,
  face text NOT NULL DEFAULT '',
  route text NOT NULL DEFAULT '',
  source inet,
  object_kind text NOT NULL DEFAULT '',
  object_id text NOT NULL DEFAULT '',
  object_ids uuid[] NOT NULL DEFAULT '{}',
  object_counts jsonb NOT NULL DEFAULT '[]',
  details jsonb NOT NULL DEFAULT '{}',
  at timestamptz NOT NULL DEFAULT statement_timestamp(),
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
ALTER SEQUENCE workspaces_auditentry_serial OWNED BY workspaces_auditentry.id;
CREATE INDEX audit_by_moment ON workspaces_auditentry (workspace_id, at, id);
CREATE INDEX audit_by_actor ON workspaces_auditentry (workspace_id, actor_id, at, id);
CREATE INDEX audit_by_act ON workspaces_auditentry (workspace_id, act, at, id);
CREATE INDEX audit_by_verb ON workspaces_auditentry (workspace_id, verb, at, id);
CREATE INDEX audit_by_source ON workspaces_auditentry (workspace_id, source, at, id);
CREATE INDEX audit_by_object ON workspaces_auditentry USING gin (object_ids);
CREATE TABLE workspaces_auditentry_rest PARTITION OF workspaces_auditentry DEFAULT;
"""
_TAKE_OVER = """
INSERT INTO workspaces_auditentry
  (id, workspace_id, actor_kind, actor_id, actor_name, act, verb, object_kind, object_id, details, at, object_ids,
   object_counts)
SELECT id, workspace_id, actor_kind, actor_id, actor_name,
  CASE WHEN verb = 'deliveries:open' THEN 'look'
       WHEN verb IN ('contacts:export', 'contacts:read_export') THEN 'export' ELSE 'change' END,
  verb, object_kind, object_id,
  details, at,
  CASE WHEN object_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN ARRAY[object_id::uuid] ELSE '{}' END,
  CASE WHEN object_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    THEN jsonb_build_array(jsonb_build_array(object_kind, 1)) ELSE '[]' END
FROM workspaces_auditentry_before ORDER BY id;
SELECT setval('workspaces_auditentry_serial', (SELECT COALESCE(max(id), 0) + 1 FROM workspaces_auditentry), false);
DROP TABLE workspaces_auditentry_before;
"""
_STATE = [
    migrations.RemoveIndex("auditentry", "audit_by_time"),
    migrations.AlterField(
        "auditentry",
        "workspace",
        models.ForeignKey(
            db_constraint=False,
            db_index=False,
            on_delete=django.db.models.deletion.CASCADE,
            related_name="+",
            to="workspaces.workspace",
        ),
    ),
    migrations.AddField("auditentry", "act", models.TextField(db_default="change", default="change")),
    migrations.AddField("auditentry", "face", models.TextField(db_default="", default="")),
    migrations.AddField("auditentry", "route", models.TextField(db_default="", default="")),
    migrations.AddField("auditentry", "source", models.GenericIPAddressField(null=True)),
    migrations.AddField(
        "auditentry",
        "object_ids",
        django.contrib.postgres.fields.ArrayField(
            base_field=models.UUIDField(),
            db_default=models.Value([], django.contrib.postgres.fields.ArrayField(models.UUIDField())),
            default=list,
            size=None,
        ),
    ),
    migrations.AddField(
        "auditentry",
        "object_counts",
        models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
    ),
    migrations.AlterField("auditentry", "actor_name", models.TextField(db_default="", default="")),
    migrations.AlterField("auditentry", "object_kind", models.TextField(db_default="", default="")),
    migrations.AlterField("auditentry", "object_id", models.TextField(db_default="", default="")),
    migrations.AlterField(
        "auditentry",
        "details",
        models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
    ),
    migrations.AlterField(
        "auditentry", "at", models.DateTimeField(db_default=Now(), default=regulars.kernel.clock.now)
    ),
    *(
        migrations.AddIndex("auditentry", models.Index(fields=["workspace", *fields, "at", "id"], name=name))
        for name, fields in (
            ("audit_by_moment", []),
            ("audit_by_actor", ["actor_id"]),
            ("audit_by_act", ["act"]),
            ("audit_by_verb", ["verb"]),
            ("audit_by_source", ["source"]),
        )
    ),
    migrations.AddIndex(
        "auditentry", django.contrib.postgres.indexes.GinIndex(fields=["object_ids"], name="audit_by_object")
    ),
]


class Migration(migrations.Migration):
    """The audit trail: in quarters, with all ids that a request touched, and its seals."""

    dependencies = [("workspaces", "0012_second_factor")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(_FORWARD, migrations.RunSQL.noop),
                migrations.RunPython(lambda _apps, _editor: ENTRIES.prepare(), migrations.RunPython.noop),
                migrations.RunSQL(_TAKE_OVER, migrations.RunSQL.noop),
            ],
            state_operations=_STATE,
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("number", models.IntegerField()),
                ("first_id", models.BigIntegerField()),
                ("last_id", models.BigIntegerField()),
                ("ranges", models.JSONField()),
                ("entry_count", models.IntegerField()),
                ("from_at", models.DateTimeField()),
                ("to_at", models.DateTimeField()),
                ("previous_hash", models.TextField()),
                ("hash", models.TextField()),
                ("sealed_at", models.DateTimeField(default=regulars.kernel.clock.now)),
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
                "constraints": [
                    models.UniqueConstraint(fields=["workspace", "number"], name="audit_seal_number")
                ]
            },
        ),
        migrations.CreateModel(
            name="AuditExport",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("format", models.TextField()),
                ("made_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("created_at", models.DateTimeField(db_default=Now(), default=regulars.kernel.clock.now)),
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
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="AuditExportPart",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("body", models.TextField()),
                (
                    "export",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="workspaces.auditexport",
                    ),
                ),
            ],
        ),
    ]
