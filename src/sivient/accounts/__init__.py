"""Users, identities and sign-in, handles, plans and the features they open."""
