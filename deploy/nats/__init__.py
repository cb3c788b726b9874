"""Which streams NATS keeps, who may publish and read what, and the server configuration that says so."""
