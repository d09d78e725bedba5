"""The look of every page, and what every answer carries."""
