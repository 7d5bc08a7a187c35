"""What was resolved and then put off, and is open or put off now, had an episode that was over: it goes on.

Who put it off then counted no reopening; none is made up, only the episode tells of it.
"""

from django.db import migrations

GO_ON = """
UPDATE conversations_episode e SET resolved_at = NULL, resolved_by_kind = '', resolved_by_id = NULL,
  resolved_by_name = '', reopened_count = e.reopened_count + 1,
  reopened_at = COALESCE((
    SELECT min(h.from_at) FROM conversations_conversationhistory h
    WHERE h.conversation_id = c.id AND h.fact = 'status' AND h.value <> 'resolved' AND h.from_at >= e.resolved_at
  ), c.updated_at)
FROM conversations_conversation c
WHERE c.episode_id = e.id AND c.status <> 'resolved' AND e.resolved_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0029_tagging_sources")]

    operations = [migrations.RunSQL(GO_ON, migrations.RunSQL.noop)]
