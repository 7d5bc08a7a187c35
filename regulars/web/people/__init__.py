"""Who is one person: suggestions and their verbs, a look at what becomes one, all threads of a person together."""
