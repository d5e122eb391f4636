"""Reports: results, plans and what became of them as documents, made from what pages show and nothing else."""
