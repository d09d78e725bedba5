"""Microsoft: sign-in with OpenID Connect, for work, school and personal accounts."""
