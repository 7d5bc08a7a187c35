"""Write verbs of cases, one file a subject. Screens, REST, rules and macros call the same."""
