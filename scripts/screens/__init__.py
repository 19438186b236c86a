"""Pictures of every page of the app, for docs/screens and for anyone who wants to look."""
