"""Who is on duty, the queues, and the screen of right now: how routing looks."""
