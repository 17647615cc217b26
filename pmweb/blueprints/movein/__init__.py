"""Move-in (入住): from the check of the papers to the filed household file. Keeps M-1 to M-19, A-5 to A-12."""
