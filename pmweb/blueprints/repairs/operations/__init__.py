"""The office's verbs at a repair.

``work`` are the moves of the work order, ``signing`` what the resident signs, ``sources`` what the matter asks for
that a repair came from, ``promises`` what is owed after each move.
"""
