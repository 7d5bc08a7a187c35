"""Acting, and taking it back."""
