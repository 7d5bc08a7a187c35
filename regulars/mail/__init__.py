"""Mail out: a workspace's mail server, letters in the receiver's language, and the queue that they wait in.

Publishes ``MailServerChanged``, ``MailQueued``, ``MailSettled``. docs/decisions/mail.md
"""
