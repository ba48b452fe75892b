"""Registries: a ministry signs, publishes and revokes packages; whoever takes one knows who vouches for it."""
