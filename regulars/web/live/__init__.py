"""Live updates: one stream of server-sent events for each open screen, fed by the event log.

``hub`` reads the log once per web process and hands each change to the screens that may see it; ``topics`` says what
a room of screens declares for that, and ``rights`` who may see more or less by what happened; ``door`` says who is
asking.
"""
