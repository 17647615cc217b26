"""The people of the office: signing in, one's own account, who holds which role where, the rights (X-1).

An administrator rules only the estates where she is one; the last one of an estate stays.
"""
