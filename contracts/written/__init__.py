"""The published language written down: schemas, AsyncAPI, catalogue and examples, all from the models."""
