"""Plugins, the deployment tree and the overlay become one typed, frozen catalog."""
