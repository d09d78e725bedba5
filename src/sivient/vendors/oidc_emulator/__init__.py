"""An emulated OpenID Connect provider: what the emulators of Google and of Microsoft have in common.

It is no vendor itself. It knows OpenID Connect Core, RFC 6749, RFC 7009 (revocation) and RFC 7636 (PKCE);
whatever Google or Microsoft do in their own way, they say as a `Vendor`. Reading order: `vendor`, `provider`
(what is remembered), `front_channel` (the browser), `token_endpoint` (the application), `emulator` (the door).
"""

from sivient.vendors.oidc_emulator.emulator import OidcEmulator
from sivient.vendors.oidc_emulator.errors import OAuthError
from sivient.vendors.oidc_emulator.tokens import half_hash
from sivient.vendors.oidc_emulator.vendor import Located, Look, Person, Vendor

__all__ = ["Located", "Look", "OAuthError", "OidcEmulator", "Person", "Vendor", "half_hash"]
