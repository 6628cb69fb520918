"""What happens in a project, sent to addresses that its managers name (https://www.standardwebhooks.com)."""
