"""Sending what waits in the outbox: at most once each, whatever crashes (ADR 0014)."""
