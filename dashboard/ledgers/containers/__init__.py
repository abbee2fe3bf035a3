"""Containers: how a file's bytes become sheets of cells, one module for each form a sender may use.

``opening`` recognises a form by content and calls its module; nothing here is ever written to disk or executed.
"""
