"""The officer's counter: a surface of pilotkit."""
