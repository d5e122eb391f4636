"""Who thinks alike across all initiatives, and which initiatives bridge them."""
