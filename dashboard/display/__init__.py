"""How things look, from values alone: colours, cards, columns, charts, maps. Reads no data."""
