"""Ways out of the app, each in a folder of its own; `table.py` lists them (CONTRIBUTING.md: Add a push channel)."""
