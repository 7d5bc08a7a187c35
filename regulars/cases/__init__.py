"""Cases: what outlives one conversation, a complaint, a quote, a repair; with whom it is about and what came of it.

Owns cases with their numbers, categories, comments, quiet lines and history, and their links to conversations and
contacts. Publishes what happens to cases (``events``); the threads that belong to one get a quiet line.
"""
