"""What each column of a table is worth to a model, and what should make one look twice at a column."""
