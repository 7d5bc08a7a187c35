"""Write verbs of conversations, by subject: receiving, statuses, sending, deciding (unknown results), handling."""
