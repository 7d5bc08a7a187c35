"""A member's own account: the password, and the browsers that are signed in."""
