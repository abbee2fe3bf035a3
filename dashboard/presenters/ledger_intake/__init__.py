"""The page 台账导入: the session of a clerk, its report, corrections and versions."""
