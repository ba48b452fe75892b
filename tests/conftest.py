"""Every test has the fixtures that plugin authors have: pytest finds them by pilotkit's entry point."""
