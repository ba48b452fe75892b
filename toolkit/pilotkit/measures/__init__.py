"""Facts become figures: every KPI of a question in one scan, integers until the last division."""
