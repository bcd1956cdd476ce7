"""Rights and money: what was taken, on what right, who is owed, and whether they were paid."""
