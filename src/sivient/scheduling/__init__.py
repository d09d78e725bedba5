"""What can be booked and when: event types, schedules, holds, the offered times."""
