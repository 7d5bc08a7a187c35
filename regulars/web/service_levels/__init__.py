"""By when whom is answered: the settings, what stands over the lists, and what the lead sees right now."""
