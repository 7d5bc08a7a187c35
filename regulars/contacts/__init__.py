"""Contacts: the people we talk with, known by identities that come and go, and the groups they write in.

A contact has an internal id; BSUID, parent BSUID, phone and others are *identities* of it. Owns contacts,
identities, consents, merge suggestions and groups. Publishes what happens to them (``events``).
"""
