"""Grants and connections to vendors: OAuth flow, tokens, webhook inbox, the registry of vendors."""
