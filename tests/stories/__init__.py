"""Stories in a real browser: people at screens, customers at simulated phones, everything between them real."""
