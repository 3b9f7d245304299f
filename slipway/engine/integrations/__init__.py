"""Step Functions integrations."""
