"""Measures what the product promises; `make bench` writes `benchmarks/results.md`."""
