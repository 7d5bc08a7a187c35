from django.db import migrations

from regulars.kernel.partitions import EVENTS

_FORWARD = """
ALTER TABLE kernel_event RENAME TO kernel_event_before;
ALTER INDEX event_position RENAME TO event_position_before;
ALTER TABLE kernel_event_before ALTER COLUMN id DROP IDENTITY IF EXISTS;
CREATE SEQUENCE kernel_event_serial;
SELECT setval('kernel_event_serial', (SELECT COALESCE(max(id), 0) + 1 FROM kernel_event_before), false);
CREATE TABLE kernel_event (LIKE kernel_event_before INCLUDING DEFAULTS, PRIMARY KEY (id, happened_at))
  PARTITION BY RANGE (happened_at);
ALTER TABLE kernel_event ALTER COLUMN id SET DEFAULT nextval('kernel_event_serial');
ALTER SEQUENCE kernel_event_serial OWNED BY kernel_event.id;
CREATE INDEX event_position ON kernel_event (generation, transaction_id, id);
CREATE TABLE kernel_event_rest PARTITION OF kernel_event DEFAULT;
"""
_TAKE_OVER = """
ALTER TABLE kernel_event_before DROP CONSTRAINT IF EXISTS kernel_event_pkey;
DO $$ DECLARE bound timestamptz := date_trunc('week', GREATEST(now(), (SELECT max(happened_at) FROM kernel_event_before)),
  'UTC') + interval '7 days'; BEGIN
  IF EXISTS (SELECT 1 FROM kernel_event_before) THEN
    EXECUTE format('ALTER TABLE kernel_event ATTACH PARTITION kernel_event_before FOR VALUES FROM (MINVALUE) TO (%L)',
      bound);
  ELSE
    DROP TABLE kernel_event_before;
  END IF;
END $$;
"""


class Migration(migrations.Migration):
    """The log is a table for each week, so that what is too old goes at once and leaves no holes."""

    dependencies = [("kernel", "0008_parked_events_stand_alone")]

    operations = [
        migrations.RunSQL(_FORWARD, migrations.RunSQL.noop),
        migrations.RunSQL(_TAKE_OVER, migrations.RunSQL.noop),
        migrations.RunPython(lambda _apps, _editor: EVENTS.prepare(), migrations.RunPython.noop),
    ]
