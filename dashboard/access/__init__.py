"""Who may see what: masking of personal data (脱敏)."""
