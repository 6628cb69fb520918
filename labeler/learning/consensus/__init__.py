"""Several people's judgments of one item to one answer and how sure it is. A method is one file here."""
