"""Workbooks and texts for the sender: refused rows, blank templates, the clerk's guide."""
