"""The bell, its list, and what a member chooses to be told of."""
