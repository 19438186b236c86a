"""Everything that leads to a push, one module per source: handlers in the cause's transaction, fan-outs and jobs."""
