"""What a survey asks: its items, criteria, scale and questions, fixed before the first round opens."""
