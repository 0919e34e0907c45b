"""Measurements, run by hand: ratios within one run carry over to another machine, absolute times do not."""
