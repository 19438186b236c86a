"""The demo: who is in it, what they report, their photos, and how all of it is written through the services."""
