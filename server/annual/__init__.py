"""A branch ends its year: the steps, the results, and the forms they are told on."""
