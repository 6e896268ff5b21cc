"""The demonstration: an invented authority, Northmoor, with a year behind it and work due today."""
