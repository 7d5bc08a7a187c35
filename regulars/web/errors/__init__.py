"""Templates of what people see when something is refused or away."""
