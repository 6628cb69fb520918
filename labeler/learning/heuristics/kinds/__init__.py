"""One kind of rule a file, registered by its decorator; found by being here."""
