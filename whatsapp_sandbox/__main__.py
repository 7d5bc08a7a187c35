"""Lets ``python -m whatsapp_sandbox`` start the sandbox."""

from whatsapp_sandbox.cli import main

main()
