"""Apps that a benchmark lets the server serve instead of the product."""
