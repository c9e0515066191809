"""Marks of origin: what made videos say of where they come from, and how that is found again."""
