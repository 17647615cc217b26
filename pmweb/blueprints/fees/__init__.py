"""Fees (收费): the price list and what is charged by it. Keeps M-8, A-9, F-1; payments come later."""
