"""Google: sign-in with OpenID Connect."""
