"""Who may do what at the door: Cedar policies, the groups of roles they speak of, and what each route asks for."""
