"""A time promised to a guest: the verbs and the guest's pages."""
