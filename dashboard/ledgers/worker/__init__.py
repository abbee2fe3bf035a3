"""The reader process: reads files within limits, so that no file can stop the dashboard or a load."""
