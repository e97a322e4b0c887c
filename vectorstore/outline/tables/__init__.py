"""Tables that a text has flattened, rebuilt into rows."""
