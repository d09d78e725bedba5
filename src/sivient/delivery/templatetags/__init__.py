"""Filters of the host's pages of bookings."""
