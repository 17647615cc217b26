"""The demo estate (演示数据): believable, as untidy as life, and the same for the same seed and day.

``build`` fills an empty instance through the office's own operations, so that what it shows has really happened:
every paper was checked, every signature hashes, every promise has its due time.
"""

from pmweb.demo.build import ACCOUNTS, PASSWORD, build

__all__ = ["ACCOUNTS", "PASSWORD", "build"]
