"""Repairs (报修): the work order from register to signature. Keeps M-12 to M-18, R-4 to R-6, A-1, A-11."""
