"""The WSGI application: the API, with the console mounted beside it."""
