"""The host's calendars: which block time and which receives bookings, what is busy in them, and our own events."""
