"""The turn of a year, day by day on a moved clock: what must hold every evening, whatever happened to the scheduler."""
