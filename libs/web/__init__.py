"""The shell that every service's pages live in: look, session, walls and plain answers when something goes wrong."""
