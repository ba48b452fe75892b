"""Model packages: pack a deployment, inspect and verify what was packed, and find what belongs to its donor."""
