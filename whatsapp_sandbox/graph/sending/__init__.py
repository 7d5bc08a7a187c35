"""``POST /{phone_number_id}/messages``: the checks of every message type, and the sending itself."""
