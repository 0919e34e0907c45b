"""Where claims are evaluated: draws of random points, each with a docstring that says what its names mean."""
