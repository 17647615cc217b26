"""The archive: what lies in the file of a household, and how it is looked at (M-19, FM-34, PRI-3, PRI-5).

Photos and scans of all rooms are served here and nowhere else. Whoever may read the matters of the estate
may open them; an identity scan needs its own right and a purpose, and each opening leaves a line in the
access log – the one GET of the house that writes. The register of the household file will live here too.
"""
