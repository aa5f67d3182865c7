"""The microservice chassis: everything every service needs and no business word."""
