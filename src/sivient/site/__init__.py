"""What every page shares: base templates, static files, CSP, form tokens, encrypted field, mailer."""
