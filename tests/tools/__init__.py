"""The set-up and the test run are themselves tested."""
