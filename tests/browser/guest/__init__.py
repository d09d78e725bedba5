"""The guest's pages in a browser."""
