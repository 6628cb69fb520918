"""Query strategies simulated on the labels that a project has."""
