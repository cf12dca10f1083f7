"""Benchmarks of talentmatch against its peers; `python -m benchmarks` runs them all."""
