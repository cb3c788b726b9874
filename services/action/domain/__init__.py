"""Plans, the actions agreed in them, and the rules that both keep."""
