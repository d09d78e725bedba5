"""Settings, URL map and WSGI entry of the application."""
