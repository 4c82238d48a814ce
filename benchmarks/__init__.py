"""Measurements that stand outside the program: each is run by hand and writes `results/`."""
