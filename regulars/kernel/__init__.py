"""Kernel: what every room stands on and no business word lives in.

Clock and ids (so that tests can say what now is), the event log and its readers, encryption, error types,
logging, heartbeats. Imports no other room.
"""
