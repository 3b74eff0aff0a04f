"""What `holdfast check` looks at, one module a part."""
