"""The desk (值班): the work log of the centre, in which everything that comes in stands. Keeps R-2, FM-31."""
