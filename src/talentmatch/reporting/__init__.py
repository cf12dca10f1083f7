"""The parts of the report: the page, and one module for each kind of section."""
