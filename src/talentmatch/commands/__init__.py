"""The command's parts: one module for each thing that it does."""
