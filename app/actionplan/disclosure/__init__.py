"""Results for everybody: exactly what the disclosure list of a survey names, as a page, as files and for programs."""
