"""What is fixed as data (``data/*.toml``), as frozen objects: forms, indicators, parameters, rules, messages."""
