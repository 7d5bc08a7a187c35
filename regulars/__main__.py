"""Lets `python -m regulars` be the `regulars` command."""

from regulars.commands import main

main()
