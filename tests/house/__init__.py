"""The rules of the house, each with a test that breaks it on purpose and sees it caught."""
