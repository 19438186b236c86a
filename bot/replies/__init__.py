"""What the bot does about each intent: a module per intent, found by its name."""
