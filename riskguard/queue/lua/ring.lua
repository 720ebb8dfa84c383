return call_needed()
