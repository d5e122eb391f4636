"""The methods report of a survey: what its records say of each point, what people add, and what is missing."""
