"""The settings of idle conversations: when they are resolved by themselves, and which ones that would be now."""
