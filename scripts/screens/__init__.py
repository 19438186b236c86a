"""Pictures of every page of the app, for docs/screens and for whoever wants to look."""
