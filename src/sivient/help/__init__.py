"""Product documentation and troubleshooting, served at /docs/."""
