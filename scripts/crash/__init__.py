"""`make crash`: kill the server and its database while a hall checks in, and count what was acknowledged and lost."""
