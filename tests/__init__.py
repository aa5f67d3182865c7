"""A package, since its helpers are imported by name and another distribution installs a package of this name."""
