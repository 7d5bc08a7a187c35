"""Who is one person: suggestions and their verbs, merging with a look at what becomes one, all threads of a person together."""
