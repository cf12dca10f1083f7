"""Taxonomies: terms and the concepts they name, read from tables and found in texts."""
