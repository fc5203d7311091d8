"""Makes the embedded model again from data: `make model`. Nothing here is imported by the library."""
