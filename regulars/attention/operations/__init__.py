"""Write verbs about members' attention; each is one transaction."""
