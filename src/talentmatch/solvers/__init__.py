"""Engines that solve an allocation; the only rooms that know OR-Tools."""
