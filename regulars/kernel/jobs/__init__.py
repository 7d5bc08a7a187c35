"""Work that takes longer than a request: asked for in a transaction, done by a worker, seen by people while it runs.

A room describes what can be done (``kinds.JobKind``), ``config/wiring.py`` lists the kinds, and whoever wants it calls
``asking.start_job``. The queue beneath is procrastinate's (``queue.py``); what people see is a row of ours
(``models.Job``). docs/how-to/write-a-job.md, docs/decisions/background-jobs.md
"""
