"""Whether the database is fit to serve on: asked at every start, and again and again by `/readyz` (docs/adr/0022)."""
