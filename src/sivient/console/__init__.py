"""The host's pages that look across rooms: onboarding, settings, integrations, plan."""
