"""Pure time and text: open hours, offered starts, invites. No Django, no network, no clock."""
