"""Evidence stores behind one port: directory, Kubo, several copies."""
