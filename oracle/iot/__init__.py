"""Telemetry intake: signed messages from instruments."""
