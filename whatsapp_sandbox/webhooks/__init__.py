"""Signed webhooks: building bodies and getting them to the receivers."""
