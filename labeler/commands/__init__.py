"""The CLI's verbs: one file a group, each a thin call of `labeler.client`."""
