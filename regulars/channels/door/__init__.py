"""The door of every channel's webhooks: verified, counted, stored by group commit, then answered."""
