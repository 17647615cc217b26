"""Households (住户): who owns and uses each home, with vehicles and pets. Keeps FM-01, IDN, PRI-2, PRI-3."""
