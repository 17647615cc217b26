"""The office's verbs at a move-in, one module per part of the procedure.

``case`` opens and checks, ``desk`` is what is done at the desk, ``acceptance`` the walk through the home, ``rounds``
the putting right, ``retests`` what is tested later, ``papers`` and ``signing`` what is signed, ``filing`` the file,
``voiding`` the end of a case that should not have been, ``facts`` what the rules ask for.
"""
