"""How every figure came about: definitions, the rule of a survey, a worked example, and what each column means."""
