"""The pure vocabulary that the rooms share: moves, deadlines, money, rights, numbers of papers, warranty.

Nothing in here knows Flask, SQLAlchemy or the present moment. Whatever a rule needs – the time, the time
zone, the office's own figures – comes in as an argument, so that every rule can be tested as a table of
cases.
"""
