"""Files of labeling tools: what their rows mean, whatever the container. One file a tool, found by being here, or by an
entry point `labeler.tools` of an installed distribution."""

from labeler.items.readers.tools.registry import Meaning, Tool, Values, meaning_of, tool, tools

__all__ = ["Meaning", "Tool", "Values", "meaning_of", "tool", "tools"]
