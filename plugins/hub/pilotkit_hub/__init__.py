"""The ministry's side: adoption, comparison, releases. It knows no country; provinces come from the register."""
