"""What finds personal data in Danish text: one module a kind, and the words that say what a number is."""
