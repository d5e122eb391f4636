"""What a survey's mails say: the interface's words, or those of the people who run it."""
