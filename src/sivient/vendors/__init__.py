"""What the outside world speaks: one folder per vendor, strangers to each other and to the database."""
