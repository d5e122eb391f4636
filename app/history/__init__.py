"""What happened: one entry for every act, written in the act's own transaction."""
