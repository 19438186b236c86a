"""Pushes 推送: an outbox, the channels it is sent through, and each person's inbox."""
