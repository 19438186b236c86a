"""The year before the demo's: what the pioneers' two branches did while they tried the system out, and how it ended."""
