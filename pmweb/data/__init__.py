"""The office's defaults: YAML files, and their loader, which makes frozen objects of them at boot.

The files are data that an office may change; a fault in one stops the boot with a sentence that names
the file, the line and the reason. Rules take the loaded objects as arguments, they never read a file.
"""

from __future__ import annotations

from pmweb.data.loader import Defaults, defaults, load
from pmweb.data.reading import BrokenData

__all__ = ["BrokenData", "Defaults", "defaults", "load"]
