"""Settings of the test run: the product's own, with secrets made up here."""
