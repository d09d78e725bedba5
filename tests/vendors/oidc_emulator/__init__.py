"""The mechanics both emulated sign-in providers share, tried on both of them."""
