"""Pages on which the quality assurance team builds tools."""
