"""Until when a conversation is put off: the usual moments, and what people write in their own words.

Pure: told the time, the zone and the business hours. ``docs/decisions/snoozing.md`` says why there is no library.
"""
