"""What each figure is held against: the least that a program of its kind has to do, written as well as we can."""
