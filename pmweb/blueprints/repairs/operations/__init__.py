"""The office's verbs at a repair.

``work`` are the moves of the work order, ``signing`` what the resident signs, ``sources`` what the matter asks for
that a repair came from, ``promises`` what is owed after each move, ``pricing`` prices, estimates and consents,
``lines`` what they are made of, ``billing`` what it came to.
"""
