"""The office's verbs at a complaint.

``intake`` takes it down, ``routing`` brings it before whom it belongs, ``handling`` is the work of the responsible
person, ``remedies`` plans, meetings and linked matters, ``answers`` what the resident is told, ``clocks`` what runs
meanwhile and who is told, ``promises`` what is owed after each move.
"""
