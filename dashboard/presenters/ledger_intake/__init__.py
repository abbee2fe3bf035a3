"""What the page 台账导入 says: the session, its report, corrections and versions."""
