"""The bundled pair, and the script that makes it."""
