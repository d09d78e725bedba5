"""Account deletion, the 30-day purge, export."""
