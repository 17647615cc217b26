"""The Flask glue, written once: access, transactions, pages, forms, files, words."""
