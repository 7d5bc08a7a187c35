"""A stand-in for the WhatsApp Cloud API with simulated phones, in one small process.

Run it with ``python -m whatsapp_sandbox --port 8700``. It answers like ``graph.facebook.com`` (any version prefix),
posts signed webhooks, and keeps a simulated phone per customer that tests and people can look at and steer through
``/control``. It imports nothing of the product that uses it; see ``README.md`` beside this file.
"""

__version__ = "1.0.0"
