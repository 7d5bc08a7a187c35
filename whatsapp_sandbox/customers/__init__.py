"""The simulated people of the demo: who they are, what they say, and how they answer."""
