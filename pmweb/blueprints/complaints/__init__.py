"""Complaints (投诉): clocks that run from the reception, and whoever is told when they end. Keeps G-3, P-1 to P-24."""
