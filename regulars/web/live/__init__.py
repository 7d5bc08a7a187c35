"""Live updates: one stream of server-sent events for each open screen, fed by the event log.

``hub`` reads the log once per web process and hands each change to the screens that may see it; ``rendering``
makes the rows and messages, once per language, from the templates of the inbox; ``door`` says who is asking.
"""
