"""Intake's own settings."""

from chassis.settings import ServiceSettings


class IntakeSettings(ServiceSettings):
    form_rate: str = "30/minute"
    """How many applications one address may submit (notation of `limits`); a polyclinic files many from one."""
    binding_rate: str = "10/minute"
    """How many binding codes one address may try."""
