"""Delivered services, the month's quota, acts of urgent services."""
