"""Write verbs of contacts: identifying (who is this?), linking (their address changed), editing, consent."""
