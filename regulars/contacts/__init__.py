"""Contacts: the people we talk with, known by identities that come and go.

A contact has an internal id; BSUID, parent BSUID, phone and others are *identities* of it. Owns contacts,
identities, consents and merge suggestions. Publishes ``ContactChanged``.
"""
