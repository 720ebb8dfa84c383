return anyone_waits() and call_needed() or 0
