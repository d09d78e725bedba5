"""What we ask of the outside world, and the errors that say what to do next."""
