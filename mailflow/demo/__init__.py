"""A mail server and a cast of people, so that the whole can be tried and tested without anybody's mail."""
