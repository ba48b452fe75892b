"""Who may come in: accounts, passwords, second factors and sessions."""
