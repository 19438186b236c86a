"""A simulated quarter: a university's pushes under faults, kills and two schedulers, compared with what arrived."""
