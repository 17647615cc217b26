"""The estate itself: estates, buildings, sections, homes and parking spaces, and how they come in.

An office brings its own home roll (房产台账, 业主信息登记表) as a workbook; this room reads it, shows what it
found and takes it over. Everything else in pmweb hangs on a home. Procedure: the anchor of M-1 and of the
household register (FM-01); no deadlines of its own.
"""
