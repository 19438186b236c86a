"""Benchmarks: `make bench only=start size=full`. Each module here with a `run(size)` is one.

`run` takes "default" or "full" and yields lines made by `measured`; the lines say how a figure compares with the least
work that could do the same, measured in the same run (design §9).
"""
