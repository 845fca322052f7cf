"""People, cases, HTTP and SQL round the model: the server and the command line."""
