"""What the order of the queue has saved, against labels in a random order."""
