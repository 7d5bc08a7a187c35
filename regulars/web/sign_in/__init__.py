"""Coming in: first owner, sign-in, sign-out, invitations."""
