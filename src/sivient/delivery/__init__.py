"""The steps that bring a booking out: conference, invite, and the timeline of both."""
