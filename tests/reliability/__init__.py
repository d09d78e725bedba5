"""What is promised when things go wrong: the acceptance tests of the Zoom contract, and the table of failures."""
