"""Tables as files people take away."""
