"""What unlabeled items teach: the neighbor graph, label spreading, self-training, label descriptions."""
