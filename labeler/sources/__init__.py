"""Items by URL: fetched once, kept with hash and time, looked at again on request."""
