"""Tables in: the vocabulary of columns, files and frames, cells, and every flaw at once."""
