"""What the bot understands: a module per intent, found by its name."""
