"""A project's items as models see them: read from a dataset version, features and graph kept on disk."""
